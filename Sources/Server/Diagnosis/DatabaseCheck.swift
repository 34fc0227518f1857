import Model
import Tokens

/// Whether database and master key are there, safe, and belong together. Owns and changes nothing.
struct DatabaseCheck {
    private let location: DatabaseLocation
    private let masterKey: MasterKeyCheck
    private let now: Instant

    init(_ configuration: ServerConfiguration, now: Instant) {
        location = configuration.database
        masterKey = MasterKeyCheck(configuration)
        self.now = now
    }

    func findings() async -> [Finding] {
        let (key, ofKey) = await masterKey.examine()
        switch location {
        case .sqlite(let path): return ofKey + SQLiteCheck(path: path, now: now).findings(opening: key)
        case .postgres(let address): return ofKey + PostgresCheck(address: address, now: now).findings(opening: key)
        }
    }
}
