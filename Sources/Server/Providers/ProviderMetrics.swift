import Connections
import HTTPServing
import Measuring
import Model
import Persistence
import ProductDefinition

/// What is told of connections to accounts at providers: nothing but the names where the product offers no provider.
struct ProviderMetrics: Sendable {
    let desk: ProviderDesk

    var all: [Metric] {
        [
            Metric("claviger_provider_connections", .gauge, "Connections to accounts at providers, by their status.") {
                [census = desk.census] in
                (census.found?.counts ?? []).map {
                    .init(Double($0.count), labels: [("provider", $0.provider), ("status", $0.status.rawValue)])
                }
            },
            Metric(
                "claviger_provider_renewal_lag_seconds", .gauge,
                "How long the connection that is due longest has waited."
            ) { [census = desk.census] in
                census.lag.map { [.init(Double($0))] } ?? []
            },
            Metric(
                "claviger_provider_promises_missed", .gauge,
                "Promises of the last 24 hours that were kept late or not at all."
            ) { [census = desk.census] in
                census.found.map { [.init(Double($0.missedPromises))] } ?? []
            },
            Metric(
                "claviger_provider_client_fault", .gauge,
                "Whether the operator must put our client at a provider right."
            ) { [census = desk.census] in
                (census.found?.clients ?? []).map {
                    .init($0.fault == nil ? 0 : 1, labels: [("provider", $0.provider), ("client", $0.clientID)])
                }
            },
            Metric(
                "claviger_provider_renewals_total", .counter, "Requests to renew, by what came of them."
            ) { [measures = desk.measures] in measures.readings },
            Metric(
                "claviger_provider_breaker_open", .gauge,
                "Whether so much fails at a provider that scheduled renewals wait."
            ) { [desk] in
                desk.offers.map {
                    .init(desk.throttle.isOpen($0.provider) ? 1 : 0, labels: [("provider", $0.provider)])
                }
            },
            Metric(
                "claviger_recovery_journal_bytes", .gauge,
                "What providers gave and the database has not taken yet. More than 0 for minutes needs a look."
            ) { [desk] in desk.isOffering ? [.init(Double(desk.journal.size))] : [] },
            desk.pushMeasures.metric,
            desk.clocks.metric,
        ]
    }
}
