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
        discussion: "Prints the operator's key and, if none was given, the admin's password. Both are shown this once.")

    @OptionGroup var options: ConfigurationOptions
    @Option(help: "The name of the company that runs this server.") var operatorName = "Operator"
    @Option(help: "The name of the first account.") var account: String
    @Option(help: "The e-mail address of its admin.") var adminEmail: String
    @Option(help: "The name of its admin.") var adminName = "Admin"
    @Option(help: "A file with the admin's password in its first line; - reads standard input.")
    var passwordFile: String?

    func run() async throws {
        let configuration = try options.configuration()
        let given = try password()
        let password = given ?? Self.generatedPassword()
        let sink = LogSink()
        defer { sink.close() }
        let composition = try await Composition.assemble(configuration, for: .settingUp, sink: sink)
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
            print(
                """
                Done. What follows is shown this once.

                operator key    \(outcome.operatorKey.secret)
                                good until \(CivilTime(outcome.operatorKey.credential.expiresAt).rfc3339()); before that, \
                make another: claviger operator-key new
                account         \(outcome.account.id)  \(outcome.account.organization.name)
                admin           \(outcome.admin.email)
                """)
            if given == nil { print("admin password  \(password)") }
        } catch {
            await composition.store.close()
            if let error = error as? ValidationError { throw error }
            throw CommandError(error)
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
