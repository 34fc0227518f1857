package import Measuring
import SignIn

/// How often people came in, and why they did not.
package final class SignInMeasures: Sendable {
    private enum Outcome: Int, CaseIterable {
        case done
        case wrong
        case throttled
        case busy
        case suspended
        case expired
        case other
    }

    private let tally = Tally(Outcome.allCases.count)

    func noteDone() { tally.add(at: Outcome.done.rawValue) }

    func note(_ refusal: SignInRefusal) {
        let outcome: Outcome
        switch refusal {
        case .wrong: outcome = .wrong
        case .throttled: outcome = .throttled
        case .busy: outcome = .busy
        case .suspended: outcome = .suspended
        case .expired: outcome = .expired
        case .unavailable: outcome = .other
        // Who is signed in is asked once more.
        case .reauthenticationRequired: return
        }
        tally.add(at: outcome.rawValue)
    }

    package var metric: Metric {
        Metric(
            "claviger_sign_ins_total", .counter, "Passwords, codes and links that people came with, by what came of it."
        ) { [tally] in
            Outcome.allCases.map { .init(Double(tally[$0.rawValue]), labels: [("outcome", "\($0)")]) }
        }
    }
}
