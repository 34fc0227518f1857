import ArgumentParser
import CredentialFormat
import Events
import Foundation
import Model
import Persistence

/// `claviger audit prove`
struct ProveAudit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove", abstract: "Print an account's whole audit log as JSON Lines that anyone can check.",
        discussion: """
            The first line has the signed checkpoint; then there is a line for each entry, the oldest first, with its number, its hash, what \
            proves that it is in the log, and the entry, as the API lists it: null where it is no longer kept. claviger audit verify \
            checks all of it, and so does Examples/verify_audit_log.py, without Claviger. Nothing is changed, and a server may run on the \
            database. An event is an entry some seconds after it happened.
            """)

    @OptionGroup var options: ConfigurationOptions
    @Argument(help: "The account, as org_….") var account: String

    func validate() throws {
        guard ID<Organization>(parsing: account) != nil else {
            throw ValidationError("The account must be given by its identifier, as org_….")
        }
    }

    func run() async throws {
        let location = try options.configuration().database
        guard let account = ID<Organization>(parsing: account) else { return }
        // What is printed was signed by a server.
        let log = ProvableLog(issuer: "") { CheckpointKeys(publicKeys: []) { _ in throw NoKey() } }
        do {
            try location.peek { tx in
                try MigrationRunner().requireAll(tx)
                guard let size = try tx.auditLog(of: account)?.size else {
                    throw CommandError("The audit log of \(account) has no entries yet, or there is no such account.")
                }
                var next: Int? = 0
                while let first = next {
                    let part = try log.export(
                        from: first, limit: ProvableLog.longestExport, atSize: size, of: account, tx: tx)
                    try FileHandle.standardOutput.write(contentsOf: Data(part.lines))
                    next = part.next
                }
            }
        } catch {
            if ExitStatus(of: error) != nil { throw error }
            throw CommandError(error)
        }
    }

    private struct NoKey: Error {}
}
