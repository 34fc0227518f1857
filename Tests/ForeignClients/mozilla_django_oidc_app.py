"""mozilla-django-oidc: a user of a Django site signs in with Claviger."""

from visit import approved, django_site, followed, told

case = told()
client = django_site(
    INSTALLED_APPS=[
        "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "mozilla_django_oidc",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware", "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    AUTHENTICATION_BACKENDS=["mozilla_django_oidc.auth.OIDCAuthenticationBackend"],
    OIDC_RP_CLIENT_ID=case.client_id, OIDC_RP_CLIENT_SECRET=case.client_secret, OIDC_RP_SIGN_ALGO="ES256",
    OIDC_OP_AUTHORIZATION_ENDPOINT=f"{case.issuer}/oauth2/authorize",
    OIDC_OP_TOKEN_ENDPOINT=f"{case.issuer}/oauth2/token", OIDC_OP_USER_ENDPOINT=f"{case.issuer}/oauth2/userinfo",
    OIDC_OP_JWKS_ENDPOINT=f"{case.issuer}/oauth2/jwks", LOGIN_REDIRECT_URL="/",
    urls=[("oidc/", "mozilla_django_oidc.urls")], **case.settings)

url = client.get("/oidc/authenticate/").url
answer = client.get(followed(approved(case, url)))
assert answer.status_code == 302 and answer.url == "/", (answer.status_code, answer.content[:400])

from django.contrib.auth import get_user_model

user = get_user_model().objects.get()
assert user.email == case.email, user.email
assert client.session["_auth_user_id"] == str(user.pk)
print("signed in")
