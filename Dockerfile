# The app in production: one process that serves the page and the API. See docs/deploy/README.md.

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json turbo.json tsconfig.base.json ./
COPY shared/package.json shared/
COPY bff/package.json bff/
COPY web/package.json web/
COPY e2e/package.json e2e/
COPY packages/cli/package.json packages/cli/
COPY packages/contract/package.json packages/contract/
COPY packages/create/package.json packages/create/
COPY packages/fastify/package.json packages/fastify/
COPY packages/react/package.json packages/react/
COPY packages/tenant/package.json packages/tenant/
COPY packages/test-support/package.json packages/test-support/
RUN npm ci --no-audit --no-fund
COPY . .
RUN npx turbo run build --filter=./web --filter=./bff

# No npm and no package of the build: an attacker in this image finds Node and the app.
FROM debian:bookworm-slim
COPY --from=build /usr/local/bin/node /usr/local/bin/node
WORKDIR /app
COPY --from=build /app/aad.config.json ./
COPY --from=build /app/bff/dist bff/dist
COPY --from=build /app/web/dist web/dist
RUN mkdir /data && chown 10001:10001 /data
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 DATA_DIR=/data
USER 10001:10001
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=3s --start-period=5s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/healthz').then((a) => process.exit(a.ok ? 0 : 1), () => process.exit(1))"]
# The process itself is PID 1: it ends in order on SIGTERM.
ENTRYPOINT ["node", "bff/dist/server.js"]
