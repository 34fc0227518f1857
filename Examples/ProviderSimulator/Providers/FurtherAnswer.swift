/// A token answer in the words of one of the further providers.
struct FurtherAnswer {
    let issued: Issued
    /// What the person gave beside the workspace.
    let person: Issued?
    let isRenewal: Bool

    var json: JSONValue {
        switch issued.grant.provider {
        case .github: plain("bearer", "refresh_token_expires_in").adding("scope", "")
        case .slack: slack
        case .microsoft: plain("Bearer", nil).adding("scope", scope(" ")).adding("ext_expires_in", issued.expiresIn)
        case .salesforce: salesforce
        case .hubspot: plain("bearer", nil)
        case .shopify: plain(nil, "refresh_token_expires_in").adding("scope", scope(","))
        case .linkedin: plain(nil, "refresh_token_expires_in").adding("scope", scope(","))
        case .xero: plain("Bearer", nil).adding("scope", scope(" "))
        case .quickbooks: plain("bearer", "x_refresh_token_expires_in")
        case .notion: notion
        case .facebook, .instagram, .google, .tiktok, .tiktokBusiness, .tiktokAdvertiser: plain("bearer", nil)
        }
    }

    private func scope(_ separator: String) -> JSONValue { .text(issued.scopes.joined(separator: separator)) }

    /// - Parameter refreshLife: How the refresh token's life is called, if it is told.
    private func plain(_ type: String?, _ refreshLife: String?) -> JSONValue {
        var answer: JSONValue = ["access_token": .text(issued.access)]
        answer = answer.adding("expires_in", issued.expiresIn)
        if let refresh = issued.refresh {
            answer = answer.adding("refresh_token", .text(refresh))
            if let refreshLife { answer = answer.adding(refreshLife, issued.refreshLife.map { .integer($0) }) }
        }
        return answer.adding("token_type", type.map { .text($0) })
    }

    private var slack: JSONValue {
        let grant = issued.grant
        let answer = merged(["ok": true], plain(grant.isOfPerson ? "user" : "bot", nil)).adding("scope", scope(","))
            .adding("app_id", "A0SIM")
            .adding(
                "team", ["id": .text(FurtherFamily().team(grant)), "name": .text(grant.account.children[0].name)])
        var user: JSONValue = ["id": .text(grant.account.id)]
        if let person {
            let tokens = FurtherAnswer(issued: person, person: nil, isRenewal: false).plain("user", nil)
            user = merged(user, tokens).adding("scope", .text(person.scopes.joined(separator: ",")))
        }
        return isRenewal ? answer : answer.adding("authed_user", user)
    }

    /// Nothing is said about its end, and a renewal brings a refresh token only where that rotates.
    private var salesforce: JSONValue {
        let id = issued.grant.account.id
        var answer: JSONValue = ["access_token": .text(issued.access)]
        answer = answer.adding("expires_in", issued.expiresIn)
        let isNew = issued.grant.refreshSerial > 0
        if let refresh = issued.refresh, !isRenewal || isNew { answer = answer.adding("refresh_token", .text(refresh)) }
        return merged(
            answer,
            [
                "instance_url": "https://sim.my.salesforce.com",
                "id": .text("https://login.salesforce.com/id/00Dsim/\(id)"), "issued_at": .text("\(issued.now)000"),
                "signature": "c2lt", "scope": scope(" "), "token_type": "Bearer",
            ])
    }

    private var notion: JSONValue {
        let grant = issued.grant
        let workspace = grant.account.children[0]
        return merged(
            plain("bearer", nil),
            [
                "bot_id": .text("sim-bot-\(grant.number)"), "workspace_id": .text(workspace.id),
                "workspace_name": .text(workspace.name), "workspace_icon": .null,
                "owner": ["type": "user", "user": ["object": "user", "id": .text(grant.account.id)]],
                "duplicated_template_id": .null, "request_id": "sim-request",
            ])
    }

    private func merged(_ first: JSONValue, _ second: JSONValue) -> JSONValue {
        guard case .object(let members) = second else { return first }
        return members.reduce(first) { $0.adding($1.name, $1.value) }
    }
}
