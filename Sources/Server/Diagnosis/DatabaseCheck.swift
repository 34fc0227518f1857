import Model
import ProductDefinition
import Tokens

/// Whether database and master key are there, safe, and belong together. Owns and changes nothing.
struct DatabaseCheck {
    private let location: DatabaseLocation
    private let masterKey: MasterKeyCheck
    private let installation: Installation?
    private let now: Instant

    init(_ configuration: ServerConfiguration, now: Instant) {
        location = configuration.database
        masterKey = MasterKeyCheck(configuration)
        let product = try? configuration.productPath.map { try Product.load(from: $0) } ?? .standard
        installation = product.map { Installation(configuration, $0) }
        self.now = now
    }

    func findings() async -> [Finding] {
        let (key, ofKey) = await masterKey.examine()
        switch location {
        case .sqlite(let path):
            return ofKey + SQLiteCheck(path: path, installation: installation, now: now).findings(opening: key)
        case .postgres(let address):
            return ofKey + PostgresCheck(address: address, installation: installation, now: now).findings(opening: key)
        }
    }
}
