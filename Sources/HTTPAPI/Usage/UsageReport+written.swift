import CredentialFormat
import Credentials
import HTTPServing
import Model
import TextForms

extension UsageReport {
    /// What the API tells of it.
    func write(to json: inout JSONWriter) {
        json.member("from", from)
        json.member("until", until)
        json.member("unit", unit.rawValue)
        json.member("group_by", grouping?.rawValue)
        json.member("calls", calls)
        json.member("refused", refused)
        json.name("items")
        json.array(rows) { json, row in
            json.object { json in
                if unit != .total { json.member("at", row.at) }
                for (name, value) in row.named(by: grouping) {
                    json.name(name)
                    value.write(to: &json)
                }
                json.member("calls", row.calls)
                json.member("refused", row.refused)
            }
        }
        json.name("callers")
        guard let callers else { return json.null() }
        json.object { json in
            json.member("addresses_last_day", callers.addresses)
            json.member("user_agent", callers.agent)
            json.name("secrets")
            json.array(callers.secrets) { json, secret in
                json.object { json in
                    json.member("secret_id", secret.secret.map(UsageRow.text))
                    json.member("addresses_last_day", secret.addresses)
                    json.member("user_agent", secret.agent)
                }
            }
        }
    }

    /// The same as a file for spreadsheets: a line for each item.
    var csv: CSVText {
        var text = CSVText()
        let names = UsageRow.Group().named(by: grouping).map { $0.name.description }
        text.line((unit == .total ? ["from", "until"] : ["at"]) + names + ["calls", "refused"])
        for row in rows {
            let time = unit == .total ? [from, until] : [row.at ?? from]
            text.line(
                time.map(RFC3339.text) + row.named(by: grouping).map { $0.value.text } + [
                    "\(row.calls)", "\(row.refused)",
                ])
        }
        return text
    }
}

/// What a row is told apart by.
private enum Told {
    case text(String?)
    case number(Int?)

    var text: String {
        switch self {
        case .text(let text): text ?? ""
        case .number(let number): number.map { "\($0)" } ?? ""
        }
    }

    func write(to json: inout JSONWriter) {
        switch self {
        case .text(let text): if let text { json.string(text) } else { json.null() }
        case .number(let number): if let number { json.integer(number) } else { json.null() }
        }
    }
}

extension UsageRow {
    fileprivate func named(by grouping: UsageGrouping?) -> [(name: StaticString, value: Told)] {
        group.named(by: grouping)
    }

    /// The identifier of a secret.
    fileprivate static func text(_ secret: ID<AnyEntity>) -> String {
        ID<ClientSecret>(value: secret.value).description
    }
}

extension UsageRow.Group {
    /// The members by which rows are told apart, and what they are here.
    fileprivate func named(by grouping: UsageGrouping?) -> [(name: StaticString, value: Told)] {
        let id = credential.flatMap { id in kind.map { $0.text(of: id) } }
        let credential: [(name: StaticString, value: Told)] = [
            ("credential_type", .text(kind?.rawValue)), ("credential_id", .text(id)),
        ]
        switch grouping {
        case .none: return []
        case .credential: return credential
        case .secret: return credential + [("secret_id", .text(secret.map(UsageRow.text)))]
        case .organization: return [("organization_id", .text(organization?.description))]
        case .scope: return [("scope", .text(scopes.flatMap { $0.isEmpty ? nil : $0 }))]
        case .outcome: return [("outcome", .text(outcome))]
        case .status: return [("status", .number(status))]
        }
    }
}
