import CredentialFormat
import Credentials
import HTTPServing
import Model
import Persistence
import TextForms

/// An endpoint that changes several credentials of a kind together: `POST …/several`. 200 with each of them and whether the change makes
/// it another; with `dry_run` the same answer, and nothing is changed.
protocol SeveralEndpoint: Endpoint {
    static var kind: StewardedID.Kind { get }
    var api: ManagementAPI { get }
}

extension SeveralEndpoint {
    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let input = try await call.body().input { SeveralBody(&$0, of: Self.kind) }
        let (kind, actor) = (Self.kind, call.actor)
        let found: [CredentialOfSeveral]
        do {
            found = try await api.store.write(as: actor) { [api] tx in
                let found = try input.apply { body in
                    try api.several.change(
                        body.known, of: kind, in: organization, by: body.change, addresses: body.addresses, as: actor,
                        tx: tx)
                }
                // What a dry run says is what the change itself would: it is made, and rolled back.
                guard !input.value.isDry else { throw DryRun(found: found) }
                return found
            }
        } catch let dry as DryRun {
            found = dry.found
        }
        let body = input.value
        let known = Set(found.map(\.id.description))
        return .ok { json in
            json.member("dry_run", body.isDry)
            json.member("change", body.change.rawValue)
            json.member("found", found.count)
            json.member("changed", found.count { $0.isChanged(by: body.change) })
            json.name("items")
            json.array(found) { json, one in json.object { one.write(to: &$0, by: body.change) } }
            json.member("not_found", body.ids.filter { !known.contains($0) })
        }
    }
}

/// Rolls a dry run back.
private struct DryRun: Error {
    let found: [CredentialOfSeveral]
}

/// The body of a change of several credentials.
private struct SeveralBody: Sendable {
    let change: SeveralChange
    /// As they were sent, each once.
    let ids: [String]
    let addresses: [String]
    let isDry: Bool

    init(_ fields: inout Fields, of kind: StewardedID.Kind) {
        change = fields.required("change", .several(kind))
        var seen: Set<String> = []
        ids = fields.required("ids", .identifiers).filter { seen.insert($0).inserted }
        addresses = fields.optional("allowed_addresses", .texts) ?? []
        isDry = fields.optional("dry_run", .flag) ?? false
    }

    /// Those that may be of something.
    var known: Set<StewardedID> { Set(ids.compactMap { StewardedID(parsing: $0) }) }
}

extension FieldKind<SeveralChange> {
    /// What can be done to several of a kind.
    fileprivate static func several(_ kind: StewardedID.Kind) -> Self {
        FieldKind(placeholder: .delete) { value, name, checks in
            let offered = SeveralChange.offered(for: kind)
            var change: SeveralChange?
            if case .string(let text) = value { change = SeveralChange(rawValue: text) }
            if let change, offered.contains(change) { return change }
            let words = offered.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
            checks.refuse(name, "invalid", "Must be one of \(words).")
            return .delete
        }
    }
}

extension FieldKind<[String]> {
    /// The identifiers of what is changed together.
    fileprivate static var identifiers: Self {
        FieldKind(placeholder: []) { value, name, checks in
            let ids = texts.read(value, name, &checks)
            if ids.count > SeveralService.most {
                checks.refuse(name, "too_many", "Must have at most \(SeveralService.most) elements.")
                return []
            }
            return ids
        }
    }
}

extension CredentialOfSeveral {
    fileprivate func write(to json: inout JSONWriter, by change: SeveralChange) {
        json.member("id", id.description)
        json.member("name", name)
        json.member("organization_id", organization)
        json.member("organization_name", organizationName)
        json.member("state", state.rawValue)
        json.lastUse(lastUse)
        json.member("changes", isChanged(by: change))
    }
}
