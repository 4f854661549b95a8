"""A Django site that signs its users in with Authlib, django-allauth and Python Social Auth. Reads its settings from
standard input, a line of JSON, and answers with a line as soon as it listens."""

import json
import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
from django.conf import settings as django_settings

given = json.loads(sys.stdin.readline())
middleware = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
django_settings.configure(
    SECRET_KEY="of-this-test-only",
    ALLOWED_HOSTS=["localhost"],
    ROOT_URLCONF=__name__,
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
    MIDDLEWARE=middleware,
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
        }
    ],
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.messages",
        "django.contrib.sites",
        "allauth",
        "allauth.account",
        "allauth.socialaccount",
        "allauth.socialaccount.providers.microsoft",
        "social_django",
    ],
    AUTHENTICATION_BACKENDS=[
        "allauth.account.auth_backends.AuthenticationBackend",
        "social_core.backends.azuread_tenant.AzureADV2TenantOAuth2",
    ],
    SITE_ID=1,
    LOGIN_REDIRECT_URL="/who",
    # django-allauth: nothing but the client's id and secret.
    ACCOUNT_EMAIL_VERIFICATION="none",
    SOCIALACCOUNT_LOGIN_ON_GET=True,
    SOCIALACCOUNT_PROVIDERS={
        "microsoft": {
            "APP": {"client_id": given["clientId"], "secret": given["clientSecret"], "key": ""}
        }
    },
    # Python Social Auth
    SOCIAL_AUTH_AZUREAD_V2_TENANT_OAUTH2_KEY=given["clientId"],
    SOCIAL_AUTH_AZUREAD_V2_TENANT_OAUTH2_SECRET=given["clientSecret"],
    SOCIAL_AUTH_AZUREAD_V2_TENANT_OAUTH2_TENANT_ID=given["tenantId"],
    SOCIAL_AUTH_AZUREAD_V2_TENANT_OAUTH2_SCOPE=["User.Read"],
    # Authlib
    AUTHLIB_OAUTH_CLIENTS={
        "microsoft": {
            "client_id": given["clientId"],
            "client_secret": given["clientSecret"],
            "server_metadata_url": given["issuer"] + "/.well-known/openid-configuration",
            "client_kwargs": {
                "scope": "openid profile email offline_access User.Read",
                "code_challenge_method": "S256",
            },
        }
    },
)
django.setup()

from authlib.integrations.django_client import OAuth
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.http import JsonResponse
from django.urls import include, path

oauth = OAuth()
oauth.register("microsoft")


def who(request):
    user = request.user
    if not user.is_authenticated:
        return JsonResponse({})
    allauth = [account.extra_data for account in user.socialaccount_set.all()]
    social = [{"uid": one.uid, **one.extra_data} for one in user.social_auth.all()]
    return JsonResponse({"email": user.email, "allauth": allauth, "social": social})


def authlib_login(request):
    return oauth.microsoft.authorize_redirect(request, given["origin"] + "/authlib/callback")


def authlib_callback(request):
    token = oauth.microsoft.authorize_access_token(request)
    user_info = oauth.microsoft.userinfo(token=token)
    graph = oauth.microsoft.get(given["graph"] + "/me", token=token)
    session = oauth.microsoft._get_oauth_client(**oauth.microsoft.load_server_metadata())
    fresh = session.refresh_token(
        oauth.microsoft.server_metadata["token_endpoint"], refresh_token=token["refresh_token"]
    )
    fresh_graph = oauth.microsoft.get(given["graph"] + "/me", token=fresh)
    return JsonResponse(
        {
            "claims": token["userinfo"],
            "userInfo": user_info,
            "graph": [graph.json().get("id"), fresh_graph.json().get("id")],
            "isFresh": fresh["access_token"] != token["access_token"],
        }
    )


urlpatterns = [
    path("who", who),
    path("accounts/", include("allauth.urls")),
    path("social/", include("social_django.urls", namespace="social")),
    path("authlib/login", authlib_login),
    path("authlib/callback", authlib_callback),
]


class QuietHandler(WSGIRequestHandler):
    def log_message(self, *args):
        pass


call_command("migrate", verbosity=0)
server = make_server(
    "127.0.0.1", given["port"], get_wsgi_application(), handler_class=QuietHandler
)
print(json.dumps({"listens": True}), flush=True)
server.serve_forever()
