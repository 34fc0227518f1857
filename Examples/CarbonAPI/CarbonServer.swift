import Foundation
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle

/// The carbon data API: facilities, products, uploads, footprints and their export, for whom the desk lets in.
package struct CarbonServer: Service {
    private let options: CarbonOptions
    private let verifier: any CallerVerifier
    private let onRunning: @Sendable (Int) async -> Void

    /// - Parameter onRunning: Told the port.
    package init(
        _ options: CarbonOptions, verifier: any CallerVerifier,
        onRunning: @escaping @Sendable (Int) async -> Void = { _ in }
    ) {
        self.options = options
        self.verifier = verifier
        self.onRunning = onRunning
    }

    package func run() async throws {
        try FileManager.default.createDirectory(atPath: options.data, withIntermediateDirectories: true)
        let store = try await openStore()
        do {
            try await serve(store)
        } catch {
            await store.close()
            throw error
        }
        await store.close()
    }

    private func openStore() async throws -> any Store {
        if let address = options.database {
            return try await PostgresStore.open(address, filters: options.filters)
        }
        return try SQLiteStore(path: options.data + "/carbon.sqlite", filters: options.filters)
    }

    private func serve(_ store: any Store) async throws {
        var logger = Logger(label: "carbon")
        logger.logLevel = .notice
        let book = OrganizationBook(store)
        if let path = options.organizations { try await book.readNames(from: path) }
        let shelf = try FileShelf(in: options.data)
        let jobs = JobQueue()
        let partners = try options.partners.map { try PartnerBook(file: $0) } ?? .empty
        let bell = AnswerBell()
        let events = FootprintEventOperations(
            store: store, mostEvents: options.mostEvents, partners: partners, bell: bell)
        var operations =
            Self.operations(
                store, shelf, jobs, verifier, room: UploadRoom(store: store, most: options.mostStored)) + events.all
        let document = OpenAPIDocument(tokenURL: options.tokenURL)
        operations.append(try document.operation(describing: operations))
        let tls = try options.tls.map { try ServerCertificate.context(certificate: $0.certificate, key: $0.key) }
        let origin = "\(tls == nil ? "http" : "https")://\(options.host)"
        let onRunning = onRunning
        let work = JobService(
            store: store, queue: jobs, datasets: DatasetProcessor(store: store, shelf: shelf, logger: logger),
            exports: ExportWriter(store: store, shelf: shelf, logger: logger),
            sweepers: JobService.Sweepers(
                uploads: UploadSweeper(store: store, shelf: shelf, lifetime: options.uploadLifetime),
                exports: ExportSweeper(store: store, shelf: shelf),
                shelf: ShelfSweeper(store: store, shelf: shelf)), logger: logger)
        let clock = SweepClock(queue: jobs, interval: options.sweepInterval)
        let answerer = RequestAnswerer(
            store: store, partners: partners, bell: bell, interval: options.sweepInterval, pause: options.answerPause,
            logger: logger)
        var services: [any Service] = [work, clock, answerer]
        // The first ends last, after all who ask it.
        if let following = verifier as? any Service { services.insert(following, at: 0) }
        let application = Application(
            responder: CarbonResponder(operations, verifier, book, base: options.base, origin: origin),
            server: HTTPServerBuilder { CompressingChannel($0, tls: tls) },
            configuration: ApplicationConfiguration(address: .hostname(options.host, port: options.port)),
            services: services,
            onServerRunning: { channel in await onRunning(channel.localAddress?.port ?? 0) }, logger: logger)
        try await application.run()
    }

    private static func operations(
        _ store: any Store, _ shelf: FileShelf, _ jobs: JobQueue, _ verifier: any CallerVerifier, room: UploadRoom
    ) -> [Operation] {
        OrganizationOperations(store: store).all + LocationOperations().all + FacilityOperations(store: store).all
            + ProductOperations(store: store).all + StructureOperations(store: store).all
            + InputOperations(store: store).all
            + DataSourceOperations(store: store, shelf: shelf, jobs: jobs, room: room).all
            + UploadOperations(store: store, shelf: shelf, jobs: jobs, room: room).all
            + ExportOperations(
                store: store, shelf: shelf, jobs: jobs, links: ExportLinks(), verifier: verifier
            ).all + FootprintOperations(store: store).all
    }
}
