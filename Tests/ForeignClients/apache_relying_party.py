"""Apache with mod_auth_openidc as the relying party: sign-in at Claviger opens a page of Apache's."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import time

from visit import free_port, told

from proof.pages import Visitor

case = told()
folder = pathlib.Path(tempfile.mkdtemp(prefix="claviger-apache-"))
folder.chmod(0o755)
port = free_port()
base = f"http://127.0.0.1:{port}"
user = "User www-data\nGroup www-data" if os.geteuid() == 0 else ""
modules = "\n".join(
    f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so"
    for name in ["mpm_event", "authn_core", "authz_core", "authz_user", "dir", "mime", "env", "cgid", "headers", "include", "auth_openidc"]
    if pathlib.Path(f"/usr/lib/apache2/modules/mod_{name}.so").exists())
(folder / "pages/protected").mkdir(parents=True)
(folder / "pages/protected/index.shtml").write_text(
    'user <!--#echo var="REMOTE_USER" -->, email <!--#echo var="OIDC_CLAIM_email" -->, '
    'organization <!--#echo var="OIDC_CLAIM_organization_id" -->\n')
(folder / "mime.types").write_text("")
(folder / "apache.conf").write_text(f"""
{modules}
{user}
ServerRoot {folder}
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
PidFile {folder}/apache.pid
DefaultRuntimeDir {folder}
Mutex fcntl:{folder}
ErrorLog {folder}/error.log
LogLevel auth_openidc:warn
DocumentRoot {folder}/pages
DirectoryIndex index.shtml
TypesConfig {folder}/mime.types
AddType text/html .shtml
AddOutputFilter INCLUDES .shtml
OIDCProviderMetadataURL {case.issuer}/.well-known/openid-configuration
OIDCClientID {case.client_id}
OIDCClientSecret {case.client_secret}
OIDCProviderTokenEndpointAuth client_secret_basic
OIDCRedirectURI {base}/protected/redirect
OIDCCryptoPassphrase {os.urandom(16).hex()}
OIDCScope "{case.scope}"
OIDCPKCEMethod S256
OIDCResponseType code
OIDCIDTokenSignedResponseAlg {case.algorithm}
OIDCRemoteUserClaim sub
OIDCCookieHTTPOnly On
<Directory {folder}/pages>
    Options +Includes
    Require all granted
</Directory>
<Location /protected>
    AuthType openid-connect
    Require valid-user
</Location>
""")


def log():
    path = folder / "error.log"
    return path.read_text(errors="replace")[-3000:] if path.exists() else ""


apache = subprocess.Popen(
    ["/usr/sbin/apache2", "-X", "-f", folder / "apache.conf"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
    stderr=subprocess.STDOUT)
try:
    visitor, party = Visitor(case.issuer), Visitor(base)
    for _ in range(600):
        try:
            page = party.get("/protected/")
            break
        except OSError:
            assert apache.poll() is None, log()
            time.sleep(0.1)
    assert page.away and page.away.startswith(case.issuer), f"{page.status} {page.away} {log()}"
    print("sent to Claviger")

    page = visitor.consent(page.away, case.email, case.password)
    assert page.away and page.away.startswith(f"{base}/protected/redirect?"), f"{page.status} {page.text[:600]}"
    print("sent back")

    page = party.get(page.away)
    assert page.status == 200 and f"email {case.email}" in page.text, f"{page.status} {page.text} {log()}"
    assert f"organization {case.organization}" in page.text and "user mem_" in page.text, page.text
    print("let in")

    page = party.get(f"/protected/redirect?logout={base}/signed-out")
    assert page.away and page.away.startswith(case.issuer), f"{page.status} {page.away} {log()}"
    page = visitor.get(page.away)
    if page.away is None:
        page = visitor.submit(page, page.form("csrf"))
    assert page.away and page.away.startswith(f"{base}/signed-out"), f"{page.status} {page.away} {page.text[:600]}"
    page = party.get("/protected/")
    assert page.away and page.away.startswith(case.issuer)
    assert "password" in visitor.get(page.away).text
    print("signed out")
finally:
    apache.terminate()
    apache.wait(60)
    shutil.rmtree(folder, ignore_errors=True)
