"""social-auth with its OpenID Connect backend: a user of a Django site signs in with Claviger."""

from visit import approved, django_site, followed, told

case = told()
client = django_site(
    INSTALLED_APPS=[
        "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "social_django",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware", "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    AUTHENTICATION_BACKENDS=["social_core.backends.open_id_connect.OpenIdConnectAuth"],
    SOCIAL_AUTH_OIDC_OIDC_ENDPOINT=case.issuer, SOCIAL_AUTH_OIDC_KEY=case.client_id,
    SOCIAL_AUTH_OIDC_SECRET=case.client_secret, LOGIN_REDIRECT_URL="/", urls=[("", "social_django.urls")],
    **case.settings)

url = client.post("/login/oidc/").url
answer = client.get(followed(approved(case, url)))
assert answer.status_code == 302 and answer.url == "/", (answer.status_code, answer.content[:400])

from django.contrib.auth import get_user_model

user = get_user_model().objects.get()
# What it is called comes from `preferred_username`; without that it would be a random name.
assert user.username == case.email, user.username
assert client.session["_auth_user_id"] == str(user.pk)
print("signed in")
