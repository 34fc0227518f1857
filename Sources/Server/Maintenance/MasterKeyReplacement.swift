import CredentialFormat
import Logging
import Model
import Persistence

/// Goes on with a change of the master key that was stopped: seals anew what is sealed under another one than that in force, once every
/// node has opened the ring. It puts none in force.
struct MasterKeyReplacement: Sendable {
    private static let piece = Duration.seconds(60)

    let desk: MasterKeyDesk
    let logger: Logger

    func run(through store: any Store) async throws {
        var (count, unreadable, place) = (0, [String](), ID<Organization>?.none)
        repeat {
            let progress = try await desk.sealAnew(after: place, for: Self.piece, through: store)
            if !progress.waitsFor.isEmpty {
                logger.notice(
                    "nodes have not opened the key ring under the master key in force",
                    metadata: ["nodes": "\(progress.waitsFor.joined(separator: " "))"])
            }
            for name in progress.retired {
                logger.notice("nothing is sealed under the master key any more", metadata: ["master_key": "\(name)"])
            }
            count += progress.resealed
            unreadable += progress.unreadable
            place = progress.next.flatMap { ID(parsing: $0) }
        } while place != nil
        if count > 0 { logger.notice("keys were sealed anew under the master key", metadata: ["count": "\(count)"]) }
        if !unreadable.isEmpty {
            logger.error(
                "keys of organizations do not open",
                metadata: [
                    "count": "\(unreadable.count)",
                    "organizations": "\(unreadable.prefix(20).joined(separator: " "))",
                ])
        }
    }
}
