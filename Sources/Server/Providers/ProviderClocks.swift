import HTTPServing
import Locking
import Measuring
import Model
import ProviderDefinition

/// Sends as another does, and notes by how much the clocks of those who answer differ from ours. When tokens end is said by providers,
/// partly as a time of day: a clock that is wrong has them end too late or renewed too often.
final class ProviderClocks: ProviderTransport {
    /// Hosts that are remembered. What is in the middle of so many changes by none.
    private static let most = 64

    private let transport: any ProviderTransport
    private let now: @Sendable () -> Instant
    private let differences = Lock<[String: Int]>([:])

    init(over transport: any ProviderTransport, now: @escaping @Sendable () -> Instant) {
        self.transport = transport
        self.now = now
    }

    func send(
        _ request: ProviderRequest, within hosts: HostAllowList, timeout: Duration
    ) async -> ProviderResponse {
        let response = await transport.send(request, within: hosts, timeout: timeout)
        if case .answered(let answer) = response { note(answer, from: request.host) }
        return response
    }

    private func note(_ answer: ProviderAnswer, from host: String) {
        guard let date = answer.headers.first(where: { $0.name.lowercased() == "date" }),
            let time = Self.time(date.value)
        else { return }
        let difference = now().seconds(since: time)
        differences.withLock { known in
            if known[host] != nil || known.count < Self.most { known[host] = difference }
        }
    }

    /// A time as HTTP has it: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7).
    static func time(_ text: String) -> Instant? {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", let month = months.firstIndex(of: String(parts[2])) else {
            return nil
        }
        return RFC3339.instant("\(parts[3])-\(month < 9 ? "0" : "")\(month + 1)-\(parts[1])T\(parts[4])Z")
    }

    /// By how many seconds ours is ahead of that of most hosts, nil where none has answered.
    private var difference: Int? {
        let sorted = differences.withLock { $0.values.sorted() }
        return sorted.isEmpty ? nil : sorted[sorted.count / 2]
    }

    var metric: Metric {
        Metric(
            "claviger_provider_clock_difference_seconds", .gauge,
            "By how much our clock is ahead of those of the providers that answered."
        ) { [self] in difference.map { [.init(Double($0))] } ?? [] }
    }
}
