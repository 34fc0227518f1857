import Model
import Tokens

/// Whether database and master key are there, safe, and belong together. Owns and changes nothing.
struct DatabaseCheck {
    private let location: DatabaseLocation
    private let masterKey: MasterKeyCheck
    /// Nil where the product definition cannot be read, which is told elsewhere.
    private let installation: Installation?
    private let now: Instant
    private let begun = ContinuousClock.now

    init(_ configuration: ServerConfiguration, now: Instant) {
        location = configuration.database
        masterKey = MasterKeyCheck(configuration)
        installation = (try? configuration.product()).map { Installation(configuration, $0) }
        self.now = now
    }

    func findings() async -> [Finding] {
        let (key, ofKey) = await masterKey.examine()
        let ofDatabase =
            switch location {
            case .sqlite(let path):
                SQLiteCheck(path: path, installation: installation, now: now).findings(opening: key)
            case .postgres(let address):
                PostgresCheck(address: address, installation: installation, now: now, begun: begun)
                    .findings(opening: key)
            }
        guard let key else { return ofKey + ofDatabase }
        let ofSeals = await SealCheck(location: location, keys: key, brand: installation?.brand, now: now).findings()
        return ofKey + ofDatabase + ofSeals
    }
}
