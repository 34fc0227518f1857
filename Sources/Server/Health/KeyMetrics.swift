import Measuring
import Tokens

/// What is told of the keys of the ring.
struct KeyMetrics: Sendable {
    let keyRing: KeyRing
    /// At what age keys are replaced, in days; 0 is never.
    let rotationDays: Int

    var all: [Metric] {
        [
            Metric(
                "claviger_key_age_seconds", .gauge, "How long ago the newest key was made, by what it is for."
            ) { [keyRing] in
                keyRing.ages.map {
                    .init(
                        Double($0.seconds),
                        labels: [
                            ("purpose", $0.purpose.rawValue),
                            ("rotates", KeyPurpose.rotating.contains($0.purpose) ? "yes" : "no"),
                        ])
                }
            },
            .gauge(
                "claviger_key_rotation_seconds",
                "At what age keys that rotate are replaced (key-rotation-days), 0 for never."
            ) { [rotationDays] in rotationDays * 86_400 },
        ]
    }
}
