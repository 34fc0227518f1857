import DefinitionFile
import ProductDefinition

/// Whether what connections need at this machine is there and safe: the recovery journal, secrets in files, the reach of requests.
/// Nothing where the product offers no provider.
struct ProviderCheck {
    let configuration: ServerConfiguration

    func findings() -> [Finding] {
        guard let path = configuration.productPath, let product = try? Product.load(from: path),
            !product.providers.isEmpty
        else { return [] }
        return [journal()] + secrets(product) + reach()
    }

    private func journal() -> Finding {
        let path = configuration.recoveryJournalPath
        let subject = ConfigurationKey.recoveryJournal.name
        guard let status = FileStatus(path) else {
            let folder = DatabaseLocation.folder(of: path)
            if FileStatus(folder)?.canBeFilledByAll == true {
                return .error(subject, "everybody may write into \(folder), where \(path) is to be")
            }
            return .fine(subject, "\(path) is made at the first start")
        }
        guard status.isFile else { return .error(subject, "\(path) is not a file") }
        guard !status.isOpenToOthers else {
            return .error(subject, "\(path) is open to other users of this machine. Run: chmod 600 \(path)")
        }
        if Mount(of: path)?.isInMemory == true {
            return .warning(subject, "\(path) is gone after a restart of the machine: keep it on a disk")
        }
        guard status.size == 0 else {
            return .warning(
                subject,
                "\(status.size) bytes of what providers gave wait in \(path) for the database: do not remove it")
        }
        return .fine(subject, "\(path), empty")
    }

    private func secrets(_ product: Product) -> [Finding] {
        do {
            let said = try ProviderSecrets(configuration, for: product.providers).byProvider
            let sealed = product.providers.map(\.provider).filter { said[$0] == nil }
            let text =
                sealed.isEmpty
                ? "all in files or settings" : "sealed in the database for \(sealed.joined(separator: ", "))"
            return [.fine("provider secrets", text)]
        } catch {
            return [.error("provider secrets", CommandError(error).description)]
        }
    }

    private func reach() -> [Finding] {
        guard let simulator = configuration.providerSimulator else { return [] }
        return [
            .warning(
                ConfigurationKey.providerSimulator.name,
                "\(simulator) stands in for all providers: no account anywhere is really connected")
        ]
    }
}
