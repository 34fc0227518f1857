import CredentialFormat
import Model
import Policy

/// A field that a file can say, as text.
struct AppliedField: Sendable {
    let name: String
    let value: String?

    init(_ name: String, _ value: String?) {
        self.name = name
        self.value = value
    }

    fileprivate init(_ name: String, _ list: [some CustomStringConvertible]) {
        self.init(name, list.map(\.description).joined(separator: " "))
    }

    fileprivate init(_ name: String, _ number: Int?) {
        self.init(name, number.map(String.init))
    }

    /// What differs. Both have the same fields in the same order; what is made had none.
    static func changes(from before: [AppliedField], to after: [AppliedField]) -> [FieldChange] {
        let values = Dictionary(before.map { ($0.name, $0.value) }) { first, _ in first }
        return after.compactMap { field in
            let value = values[field.name] ?? nil
            return value == field.value ? nil : FieldChange(field: field.name, before: value, after: field.value)
        }
    }
}

extension ResourceServer: AppliedThing {
    static var appliedKind: AppliedKind { .resourceServer }
    var appliedID: String { id.description }
    var appliedName: String { name }
    var appliedFields: [AppliedField] { [AppliedField("name", name), AppliedField("audiences", audiences)] }
}

extension Account: AppliedThing {
    static var appliedKind: AppliedKind { .account }
    var appliedID: String { id.description }
    var appliedName: String { organization.name }
    var appliedFields: [AppliedField] {
        [
            AppliedField("name", organization.name), AppliedField("plan", plan),
            AppliedField("suspended", suspendedAt == nil ? "false" : "true"), AppliedField("time_zone", timeZone),
        ]
    }
}

extension Organization: AppliedThing {
    static var appliedKind: AppliedKind { .organization }
    var appliedID: String { id.description }
    var appliedName: String { name }
    var appliedFields: [AppliedField] { [AppliedField("name", name)] }
}

extension Member: AppliedThing {
    static var appliedKind: AppliedKind { .member }
    var appliedID: String { id.description }
    var appliedName: String { email.text }
    var appliedFields: [AppliedField] {
        [
            AppliedField("name", name), AppliedField("roles", roles), AppliedField("permissions", permissions),
            AppliedField("email_verified", emailProof == nil ? "false" : "true"),
        ]
    }
}

extension Integration: AppliedThing {
    static var appliedKind: AppliedKind { .integration }
    var appliedID: String { id.description }
    var appliedName: String { label }
    var appliedFields: [AppliedField] {
        [
            AppliedField("label", label), AppliedField("scopes", scopes.text),
            AppliedField("allowed_addresses", addresses.ranges?.map(\.description).joined(separator: " ")),
            AppliedField("access_token_seconds", accessTokenSeconds),
            AppliedField("token_format", tokenFormat.rawValue),
            AppliedField("call_limit", callLimit?.description),
        ]
    }
}

extension App: AppliedThing {
    static var appliedKind: AppliedKind { .app }
    var appliedID: String { id.description }
    var appliedName: String { name }
    var appliedFields: [AppliedField] {
        [
            AppliedField("name", name), AppliedField("available_to", availability.rawValue),
            AppliedField("token_endpoint_auth_method", authentication.only?.rawValue),
            AppliedField("require_pkce", requiresPKCE ? "true" : "false"),
            AppliedField("redirect_uris", redirectURIs), AppliedField("post_logout_redirect_uris", signedOutURIs),
            AppliedField("scopes", scopes.text), AppliedField("logo_uri", links.logo?.text),
            AppliedField("client_uri", links.homepage?.text), AppliedField("policy_uri", links.policy?.text),
            AppliedField("tos_uri", links.terms?.text), AppliedField("access_token_seconds", accessTokenSeconds),
            AppliedField("refresh_token_seconds", refreshTokenSeconds),
            AppliedField("token_format", tokenFormat.rawValue),
            AppliedField("id_token_signed_response_alg", idTokenAlgorithm.rawValue),
            AppliedField("call_limit", callLimit?.description),
        ]
    }
}
