import ArgumentParser
import CredentialFormat
import Credentials
import Foundation
import HTTPServing
import Model
import Persistence
import ProductDefinition
import SignIn

/// `claviger init`
struct Initialize: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Set up a new database: the operator, a first account and its admin.",
        discussion: """
            Prints the operator's key and, if none was given, the admin's password. Both are shown this once.

            For installs that nobody watches: --if-missing makes a second run change nothing and end well, also beside a running \
            server; --operator-key-file keeps the key out of what is printed; --json prints one object with created, account, \
            admin, operator_key or operator_key_file, and operator_key_expires_at. A database that is away is waited for, for a \
            minute.
            """)

    @OptionGroup var options: ConfigurationOptions
    @Option(help: "The name of the company that runs this server.") var operatorName = "Operator"
    @Option(help: "The name of the first account.") var account: String
    @Option(help: "The e-mail address of its admin.") var adminEmail: String
    @Option(help: "The name of its admin.") var adminName = "Admin"
    @Option(help: "A file with the admin's password in its first line; - reads standard input.")
    var passwordFile: String?
    @Option(help: "A file to make, readable by its owner alone, for the operator's key, which is then not printed.")
    var operatorKeyFile: String?
    @Flag(help: "Change nothing, and say so, where the database was set up before.") var ifMissing = false
    @Flag(help: "Print one JSON object.") var json = false

    func run() async throws {
        let configuration = try options.configuration()
        if ifMissing, try await isSetUp(configuration) { return try show(.untouched) }
        let given = try password()
        let password = given ?? Self.generatedPassword()
        // Made first: a key that cannot be kept is not made.
        let file = try operatorKeyFile.map { try NewSecretFile($0) }
        do {
            let outcome = try await setUp(configuration, with: password)
            var report = InitialReport(created: true)
            report.account = .init(
                id: outcome.account.id.description, name: outcome.account.organization.name)
            report.admin = .init(email: outcome.admin.email.description, password: given == nil ? password : nil)
            report.operatorKeyExpiresAt = CivilTime(outcome.operatorKey.credential.expiresAt).rfc3339()
            if let file {
                try file.keep(outcome.operatorKey.secret)
                report.operatorKeyFile = operatorKeyFile
            } else {
                report.operatorKey = outcome.operatorKey.secret
            }
            try show(report)
        } catch Refusal.conflict(code: "operator_exists", _) where ifMissing {
            try show(.untouched)
        } catch let error as Refusal {
            throw CommandError(error)
        }
    }

    private func show(_ report: InitialReport) throws {
        try print(json ? report.json : report.text)
    }

    /// Whether there is an operator in the database, as far as can be told without owning it.
    private func isSetUp(_ configuration: ServerConfiguration) async throws -> Bool {
        let product = try configuration.product()
        let preflight = Preflight(configuration: configuration, installation: Installation(configuration, product))
        let masterKeys = try await configuration.masterKeys(saying: StandardError.tell)
        return try await DatabaseWait(place: configuration.database.description, say: DatabaseWait.tellTerminal).run {
            try preflight.find(opening: masterKeys) == .operator
        }
    }

    private func setUp(
        _ configuration: ServerConfiguration, with password: String
    ) async throws -> InitialSetup.Outcome {
        let sink = LogSink()
        defer { sink.close() }
        let composition = try await Composition.assemble(
            configuration, for: .settingUp, sink: sink, saying: json ? StandardError.tell : { print($0) })
        do {
            let owner = PasswordPolicy.Owner(email: adminEmail, name: adminName, product: composition.product.name)
            guard let email = EmailAddress(adminEmail) else {
                throw ValidationError("--admin-email must be an e-mail address, such as ada@example.com.")
            }
            if let problem = PasswordPolicy.problem(with: password, of: owner) {
                throw ValidationError(problem.message)
            }
            let outcome = try await InitialSetup(composition: composition).run(
                operatorName: operatorName, accountName: account, adminEmail: adminEmail, adminName: adminName,
                password: try await composition.keeper.digest(of: password, for: email),
                as: InitialSetup.actor("init"))
            await composition.store.close()
            return outcome
        } catch {
            await composition.store.close()
            throw error
        }
    }

    private func password() throws -> String? {
        guard let passwordFile else { return nil }
        let handle = passwordFile == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: passwordFile)
        guard let handle, let data = try handle.read(upToCount: 4096) else {
            throw ValidationError("The password file cannot be read.")
        }
        let line = String(decoding: data, as: UTF8.self).prefix { !$0.isNewline }
        return String(line)
    }

    /// 119 bits in 20 base62 characters.
    static func generatedPassword() -> String {
        String(MintedSecret(.invitation, brand: .claviger).reveal().dropLast(CredentialText.checkLength).suffix(20))
    }
}
