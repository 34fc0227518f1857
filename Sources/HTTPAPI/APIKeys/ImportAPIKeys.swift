import CredentialFormat
import Credentials
import HTTPServing
import Model
import Persistence
import TextForms

/// `POST /api/v1/api-keys/import`: API keys that were made elsewhere, by their hashes: all or none, with what is wrong said key by key. 200; with
/// `dry_run` the same answer but for the identifiers, and nothing is kept.
struct ImportAPIKeys: Endpoint {
    static let route = Route(.post, "/api/v1/api-keys/import", "importAPIKeys", .operatorWith(.accountsManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let input = try await call.body().input { fields in
            (
                keys: fields.required("keys", .importedKeys),
                isDry: fields.optional("dry_run", .flag) ?? false
            )
        }
        let isDry = input.value.isDry
        let taken: [APIKey]
        do {
            taken = try await api.store.write(as: call.actor) { [api, actor = call.actor] tx in
                let taken = try input.apply { try api.apiKeys.takeOver($0.keys, as: actor, tx: tx) }
                // What a dry run says is what the import itself would: it is made, and rolled back.
                guard !isDry else { throw DryImport(taken: taken) }
                return taken
            }
        } catch let dry as DryImport {
            taken = dry.taken
        }
        return .ok { json in
            json.member("dry_run", isDry)
            json.member("imported", taken.count)
            json.name("items")
            json.array(taken) { json, key in
                json.object { json in
                    json.member("id", isDry ? nil : key.id.description)
                    json.member("organization_id", key.organization)
                    json.member("name", key.name)
                    json.member("expires_at", key.expiresAt)
                }
            }
        }
    }
}

/// Rolls a dry run back.
private struct DryImport: Error {
    let taken: [APIKey]
}

extension FieldKind<[ImportedKeyDraft]> {
    /// An array of keys, each of which is read as an object of its own.
    fileprivate static var importedKeys: Self {
        FieldKind(placeholder: []) { value, name, checks in
            guard case .array(let values) = value, values.count <= APIKeyService.mostImportedTogether else {
                checks.refuse(
                    name, "wrong_type", "Must be an array of at most \(APIKeyService.mostImportedTogether) objects.")
                return []
            }
            return values.enumerated().map { index, value in
                let read = try? Fields.read(value, draft)
                let problems = read?.problems ?? [InvalidField("", "wrong_type", "Must be an object.")]
                for problem in problems {
                    let field = problem.field.isEmpty ? "\(name).\(index)" : "\(name).\(index).\(problem.field)"
                    checks.refuse(field, problem.code, problem.message)
                }
                return read?.value
                    ?? ImportedKeyDraft(organization: "", name: "", sha256: "", scopes: [], expiresAt: nil)
            }
        }
    }

    private static func draft(_ fields: inout Fields) -> ImportedKeyDraft {
        ImportedKeyDraft(
            organization: fields.required("organization_id", .text), name: fields.required("name", .text),
            description: fields.optional("description", .text), sha256: fields.required("sha256", .text),
            scopes: fields.required("scopes", .texts), expiresAt: fields.required("expires_at", .time),
            allowedAddresses: fields.optional("allowed_addresses", .texts), hint: fields.optional("hint", .text),
            isAgain: fields.optional("again", .flag) ?? false)
    }
}
