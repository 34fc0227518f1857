"""django-allauth with its provider `openid_connect`: a user of a Django site signs in with Claviger."""

from visit import approved, django_site, followed, told

case = told()
client = django_site(
    INSTALLED_APPS=[
        "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages",
        "allauth", "allauth.account", "allauth.socialaccount", "allauth.socialaccount.providers.openid_connect",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware", "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware", "allauth.account.middleware.AccountMiddleware",
    ],
    AUTHENTICATION_BACKENDS=["allauth.account.auth_backends.AuthenticationBackend"],
    SOCIALACCOUNT_LOGIN_ON_GET=True, ACCOUNT_EMAIL_VERIFICATION="none",
    SOCIALACCOUNT_PROVIDERS={
        "openid_connect": {
            "APPS": [
                {
                    "provider_id": "claviger", "name": "Claviger", "client_id": case.client_id,
                    "secret": case.client_secret, "settings": {"server_url": case.issuer, **case.settings},
                }
            ]
        }
    },
    urls=[("accounts/", "allauth.urls")])

url = client.get("/accounts/oidc/claviger/login/").url
answer = client.get(followed(approved(case, url)))
assert answer.status_code == 302, answer.content[:400]

from allauth.socialaccount.models import SocialAccount

account = SocialAccount.objects.get()
assert account.user.email == case.email, account.user.email
assert client.session["_auth_user_id"] == str(account.user.pk)
print("signed in")
