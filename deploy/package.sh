#!/bin/sh
# Copies what the server needs, and nothing else, into .data/package: zip it, or copy it to a machine.
set -eu
cd "$(dirname "$0")/.."
[ -f bff/dist/server.js ] && [ -f web/dist/index.html ] || { echo 'The app is not built yet. Run: npm run build' >&2; exit 1; }
rm -rf .data/package
mkdir -p .data/package/bff .data/package/web
cp -R bff/dist .data/package/bff/dist
cp -R web/dist .data/package/web/dist
cp aad.config.json .data/package/
echo 'Ready: .data/package'
