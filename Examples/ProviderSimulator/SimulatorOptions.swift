/// What is said on the command line.
package struct SimulatorOptions: Sendable {
    package var host = "127.0.0.1"
    /// 0 for any that is free.
    package var port = 8199
    /// What accounts and tokens follow from.
    package var seed: UInt64 = 1
    var clock = SimulatedClock()
    /// How many a consent page offers.
    package var accounts = 5
    /// How many grants are held.
    package var mostGrants = 200_000

    package init() {}

    /// - Parameter clock: As `--clock` takes it.
    package init(port: Int, clock: String) {
        self.port = port
        self.clock = SimulatedClock(clock) ?? SimulatedClock()
    }
}
