"""A visitor of the pages without a browser: follows links and redirects, and fills in forms as they are."""

import html.parser
import http.client
import urllib.parse

from proof.again import settled


class Page:
    """What a visit ended with: a page of ours, or the address that we were sent away to."""

    def __init__(self, status, url, text, away=None):
        self.status, self.url, self.text, self.away = status, url, text, away
        reader = FormReader()
        reader.feed(text if away is None else "")
        self.forms = reader.forms

    def form(self, *fields):
        """The form that has all of these fields."""
        for form in self.forms:
            if all(field in form.fields or field in form.buttons for field in fields):
                return form
        raise LookupError(f"{self.url} has no form with {', '.join(fields)}: {self.status} {self.text[:400]}")

    @property
    def parameters(self):
        """The parameters of the address that we were sent away to."""
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.away).query))


class Form:
    def __init__(self, attributes):
        self.action, self.method = attributes.get("action"), attributes.get("method", "get").upper()
        # Name to value; the values of the buttons with a name; and those that can be chosen.
        self.fields, self.buttons, self.choices = {}, {}, {}


class FormReader(html.parser.HTMLParser):
    """Forms with what a browser would send of them."""

    def __init__(self):
        super().__init__()
        self.forms, self.form, self.select = [], None, None

    def handle_starttag(self, tag, attributes):
        attributes = {name: value if value is not None else "" for name, value in attributes}
        if tag == "form":
            self.form = Form(attributes)
            self.forms.append(self.form)
        elif self.form is None:
            return
        elif tag == "input":
            self.input(attributes)
        elif tag == "button" and "name" in attributes:
            self.form.buttons.setdefault(attributes["name"], []).append(attributes.get("value", ""))
        elif tag == "select":
            self.select = attributes.get("name")
        elif tag == "option" and self.select and ("selected" in attributes or self.select not in self.form.fields):
            self.form.fields[self.select] = attributes.get("value", "")
        if tag == "option" and self.form is not None and self.select:
            self.form.choices.setdefault(self.select, []).append(attributes.get("value", ""))

    def input(self, attributes):
        if not (name := attributes.get("name")):
            return
        if attributes.get("type") in ("radio", "checkbox"):
            self.form.choices.setdefault(name, []).append(attributes.get("value", "on"))
            if "checked" in attributes:
                self.form.fields[name] = attributes.get("value", "on")
            else:
                self.form.fields.setdefault(name, None)
        else:
            self.form.fields[name] = attributes.get("value", "")

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None
        elif tag == "select":
            self.select = None


class Visitor:
    """One person with one cookie jar. A server that is not where its issuer says is found at `address`."""

    def __init__(self, issuer, address=None):
        self.issuer, self.cookies = issuer, {}
        parts = urllib.parse.urlsplit(issuer)
        self.host, self.port = address or (parts.hostname, parts.port)

    def get(self, url):
        return self.visit("GET", url)

    def submit(self, page, form, button=None, **values):
        """Sends a form, with these values in place of those that it had, as if by one of its buttons."""
        fields = {name: value for name, value in {**form.fields, **values}.items() if value is not None}
        if button:
            fields[button[0]] = button[1]
        target = urllib.parse.urljoin(page.url, form.action or page.url)
        return self.visit(form.method, target, urllib.parse.urlencode(fields))

    def visit(self, method, url, body=None):
        url = urllib.parse.urljoin(self.issuer, url)
        for _ in range(10):
            status, headers, text = settled(lambda: self.ask(method, url, body))
            location = headers.get("Location")
            if not 300 <= status < 400 or not location:
                return Page(status, url, text)
            url = urllib.parse.urljoin(url, location)
            if not url.startswith(self.issuer + "/"):
                return Page(status, url, "", away=url)
            method, body = "GET", None
        raise LookupError(f"{url} goes round and round")

    def ask(self, method, url, body):
        parts = urllib.parse.urlsplit(url)
        connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        headers = {"Accept": "text/html"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if body is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.issuer}
        try:
            connection.request(method, parts.path + (f"?{parts.query}" if parts.query else ""), body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie", []):
            name, _, rest = line.partition("=")
            value = rest.split(";")[0]
            if value and "max-age=0" not in rest.lower():
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
        return answer.status, answer.headers, text

    def consent(self, url, email, password):
        """What an app's authorization request ends with, once the user has signed in if need be and approved."""
        page = self.get(url)
        if page.away is None and any("password" in form.fields for form in page.forms):
            page = self.submit(page, page.form("email", "password"), email=email, password=password)
        if page.away is None:
            form = page.form("decision")
            # Of several organizations none may be chosen yet.
            open_choices = {name: next(value for value in values if value) for name, values in form.choices.items()
                            if not form.fields.get(name)}
            page = self.submit(page, form, button=("decision", "approve"), **open_choices)
        return page
