/// The page on which somebody approves or denies. It works without script, and its form goes to its own address.
struct ConsentPage {
    let provider: ProviderName
    let client: String
    let accounts: [Account]
    let scopes: [String]
    let mayUntick: Bool
    let offersChildren: Bool

    var html: String {
        let choices = accounts.map { account in
            let mark = account.number == 1 ? " checked" : ""
            let pages = offersChildren ? "<small>\(Self.escaped(children(of: account)))</small>" : ""
            return """
                <label><input type="radio" name="account" value="\(account.number)"\(mark)> \
                \(Self.escaped(account.name)) <small>\(Self.escaped(account.email))</small> \(pages)</label>
                """
        }
        let permissions = scopes.map { scope in
            mayUntick
                ? """
                <label><input type="checkbox" name="scope" value="\(Self.escaped(scope))" checked> \
                \(Self.escaped(scope))</label>
                """ : "<p>\(Self.escaped(scope))</p>"
        }
        return Self.whole(
            "\(provider.title), simulated: consent",
            """
            <h1>Let “\(Self.escaped(client))” in?</h1>
            <p>It wants to act for an account at \(provider.title).</p>
            <form method="post" action="">
            <fieldset><legend>For which account</legend>
            \(choices.joined(separator: "\n"))
            </fieldset>
            <fieldset><legend>What it may do</legend>
            \(permissions.isEmpty ? "<p>Nothing in particular.</p>" : permissions.joined(separator: "\n"))
            </fieldset>
            \(offersChildren ? childChoice : "")
            <p><button name="decision" value="approve">Approve</button>
            <button name="decision" value="deny" class="other">Deny</button></p>
            </form>
            """)
    }

    /// Places are the same for every account; those that an account has not are left out.
    private var childChoice: String {
        let most = accounts.map(\.children.count).max() ?? 1
        let boxes = (0..<most).map { place in
            "<label><input type=\"checkbox\" name=\"child\" value=\"\(place)\" checked> Number \(place + 1)</label>"
        }
        return """
            <fieldset><legend>Pages</legend>
            <label><input type="checkbox" name="some_children" value="1"> Only those ticked here:</label>
            \(boxes.joined(separator: "\n"))
            </fieldset>
            """
    }

    private func children(of account: Account) -> String {
        account.children.map(\.name).joined(separator: ", ")
    }

    static func problem(_ provider: ProviderName, _ text: String) -> String {
        whole(
            "\(provider.title), simulated: not possible",
            "<h1>This request cannot be shown to anybody</h1>\n<p>\(escaped(text))</p>")
    }

    static func whole(_ title: String, _ body: String) -> String {
        """
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
        <title>\(escaped(title))</title>
        <style>
        body { font: 1rem/1.5 system-ui, sans-serif; max-width: 36rem; margin: 2rem auto; padding: 0 1rem }
        .note { background: #fff3c4; color: #222; padding: .5rem 1rem; border-radius: .25rem }
        fieldset { margin: 1rem 0; border: 1px solid #888; border-radius: .25rem } label { display: block; padding: .25rem 0 }
        button { font: inherit; padding: .5rem 1.5rem } small { color: #555 }
        </style></head>
        <body>
        <p class="note">This is a simulator. No real account is involved, and nothing leaves this machine.</p>
        \(body)
        </body>
        </html>

        """
    }

    static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.append(character)
            }
        }
        return escaped
    }
}
