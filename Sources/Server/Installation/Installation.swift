import CredentialFormat
import Crypto
import Foundation
import Model
import Persistence
import ProductDefinition
import TextForms

/// What a process was told of that which all nodes must have in common, and what it makes of what the database says.
struct Installation: Sendable {
    /// Nil where it was made up for development, which is no promise to anybody.
    let issuer: String?
    let brand: String
    /// The digest of the file of the product definition and the logo that it names, in hexadecimal; of the standard product, a word.
    let definition: String
    private let product: Product

    init(_ configuration: ServerConfiguration, _ product: Product) {
        issuer = configuration.issuerIsSaid ? configuration.issuer : nil
        self.product = product
        brand = product.brand.description
        definition = Self.digest(of: configuration.productPath, product.look.logo)
    }

    /// A change of nothing but the ends of lines is none.
    private static func digest(of path: String?, _ logo: ProductLogo?) -> String {
        guard let path else { return "standard" }
        var hash = SHA256()
        let text = FileManager.default.contents(atPath: path) ?? Data()
        hash.update(data: text.filter { $0 != UInt8(ascii: "\r") })
        hash.update(data: logo?.bytes ?? [])
        return Hexadecimal.text(hash.finalize())
    }

    /// - Throws: ``InstallationMismatch`` where what was issued before would be good for nothing.
    func check(against stored: InstallationRow) throws(InstallationMismatch) {
        if stored.brand != brand { throw .brand(stored: stored.brand, said: brand) }
        if let issuer, !stored.issuer.isEmpty, stored.issuer != issuer {
            throw .issuer(stored: stored.issuer, said: issuer)
        }
    }

    /// Refuses a definition that lacks what the database uses. Where it is the one that was started with last, nothing is
    /// looked at: these look-ups read whole tables.
    ///
    /// - Throws: ``MissingNames``, a `StoreError`.
    func checkNames(after stored: InstallationRow?, _ tx: borrowing Transaction, at now: Instant) throws {
        guard stored?.definition != definition else { return }
        if let missing = try MissingNames(in: product, tx, at: now) { throw missing }
    }

    /// What is to be written down, given what was.
    func row(after stored: InstallationRow?) -> InstallationRow {
        InstallationRow(issuer: issuer ?? stored?.issuer ?? "", brand: brand, definition: definition)
    }

    /// Holds what this process was told against what the database says, and writes down what it does not say yet. The
    /// definition is that of whoever started last; others then say that theirs is another.
    ///
    /// - Returns: Whether another definition was in use.
    /// - Throws: ``InstallationMismatch``, ``MissingNames``, a `StoreError`.
    func join(_ store: some Store, at now: Instant) async throws -> Bool {
        try await store.write { tx in
            let stored = try tx.installation()
            if let stored { try check(against: stored) }
            try checkNames(after: stored, tx, at: now)
            let row = row(after: stored)
            if stored != row { try tx.replace(row, at: now) }
            return stored.map { $0.definition != definition } ?? false
        }
    }
}

/// A node that would refuse what the others issued, and whose own would be refused by them.
enum InstallationMismatch: Error, Hashable, CustomStringConvertible {
    case issuer(stored: String, said: String)
    case brand(stored: String, said: String)

    var description: String {
        switch self {
        case .issuer(let stored, let said):
            """
            The issuer is \(said), and this database belongs to \(stored). Every access token in use names that issuer and would \
            be refused. \(Self.remedy)
            """
        case .brand(let stored, let said):
            """
            The brand of the product definition is “\(said)”, and this database belongs to “\(stored)”. Every credential in use \
            begins with that brand and would be refused. \(Self.remedy)
            """
        }
    }

    private static let remedy = """
        Say the same on every node. To change it on purpose: stop all nodes, run `claviger adopt` with the new settings, and start \
        them with these.
        """
}
