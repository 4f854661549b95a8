"""Signs a user in with MSAL for Python. Reads its settings and the browser's answer from standard
input, a line of JSON each; writes first where the browser has to go, then what came of it."""

import json
import sys

import msal
import requests


def read():
    return json.loads(sys.stdin.readline())


def write(value):
    print(json.dumps(value), flush=True)


def graph_id(settings, token):
    answer = requests.get(
        settings["graph"] + "/me",
        headers={"Authorization": "Bearer " + token["access_token"]},
        timeout=10,
    )
    answer.raise_for_status()
    return answer.json()["id"]


def main():
    settings = read()
    scopes = ["User.Read"]
    client = msal.ConfidentialClientApplication(
        settings["clientId"],
        client_credential=settings["clientSecret"],
        # Without one, MSAL signs in at login.microsoftonline.com/common.
        authority=settings.get("authority"),
        # An authority that is none of Microsoft's, so Microsoft is not asked about it.
        instance_discovery=False if "authority" in settings else None,
    )
    flow = client.initiate_auth_code_flow(
        scopes, redirect_uri=settings["redirectUri"], max_age=settings.get("maxAge")
    )
    write({"url": flow["auth_uri"]})

    first = client.acquire_token_by_auth_code_flow(flow, read())
    if "error" in first:
        write(first)
        return
    [account] = client.get_accounts()
    cached = client.acquire_token_silent(scopes, account)
    fresh = client.acquire_token_silent(scopes, account, force_refresh=True)
    write(
        {
            "claims": first["id_token_claims"],
            "account": account,
            "fromCache": cached["access_token"] == first["access_token"],
            "isFresh": fresh["access_token"] != first["access_token"],
            "graph": [graph_id(settings, token) for token in (first, cached, fresh)],
            "left": sign_out(client, account),
        }
    )


def sign_out(client, account):
    client.remove_account(account)
    return client.get_accounts()


main()
