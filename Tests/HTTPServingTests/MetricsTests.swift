import HTTPTypes
import Credentials
import HTTPServing
import Measuring
import Model
import OAuth
import TestSupport
import Testing
import Verification

@Suite("Metrics in the text format of Prometheus")
struct MetricsTests {
    @Test func `a counter, a gauge with labels and a histogram read as the format has them`() {
        let counter = Counter()
        counter.add()
        counter.add(2)
        let histogram = Histogram([0.5, 1])
        for seconds in [0.25, 0.5, 0.75, 3] { histogram.note(seconds: seconds) }
        let gauge = Metric("a_gauge", .gauge, "Back\\slash\nand line.") {
            [.init(1.5, labels: [("kind", "\"x\""), ("other", "y")])]
        }
        let text = Metric.text(of: [
            counter.metric("a_total", "Counted."), gauge, histogram.metric("a_seconds", "Took."),
        ])
        #expect(
            text == #"""
                # HELP a_total Counted.
                # TYPE a_total counter
                a_total 3
                # HELP a_gauge Back\\slash\nand line.
                # TYPE a_gauge gauge
                a_gauge{kind="\"x\"",other="y"} 1.5
                # HELP a_seconds Took.
                # TYPE a_seconds histogram
                a_seconds_bucket{le="0.5"} 2
                a_seconds_bucket{le="1"} 3
                a_seconds_bucket{le="+Inf"} 4
                a_seconds_sum 4.5
                a_seconds_count 4

                """#)
    }

    @Test func `what all cores count is counted once`() async {
        let tally = Tally(3, isSpread: true)
        let histogram = Histogram([0.5, 1], isSpread: true)
        _ = await race(8) { number in
            for _ in 0..<1000 {
                tally.add(at: 1)
                tally.add(2, at: 2)
                tally.add(at: number % 2 == 0 ? -1 : 3)
                histogram.note(nanoseconds: number % 2 == 0 ? 500_000_000 : 2_000_000_000)
            }
        }
        #expect((0..<3).map { tally[$0] } == [0, 8000, 16_000])
        let lines = Metric.text(of: [histogram.metric("a_seconds", "Took.")]).split(separator: "\n")
        #expect(
            lines.dropFirst(2) == [
                #"a_seconds_bucket{le="0.5"} 4000"#, #"a_seconds_bucket{le="1"} 4000"#,
                #"a_seconds_bucket{le="+Inf"} 8000"#, "a_seconds_sum 10000", "a_seconds_count 8000",
            ])
    }

    @Test func `tokens are counted by grant and format, and what is presented again after its use by its kind`()
        async throws
    {
        try await SampleDesk.open { desk in
            let app = try await desk.app(in: desk.tree.europe)
            let user = try await desk.signedIn(in: desk.tree.europe)
            let code = try await desk.code(for: app, in: desk.tree.europe, as: user)
            let fields = [("Authorization", try #require(app.client).basic)]
            let back = Front.encoded(SampleDesk.callback)
            let form =
                "grant_type=authorization_code&code=\(code)&redirect_uri=\(back)&code_verifier=\(ProofKey.verifier)"
            let routes = HotRoutes(over: desk)
            for status in [200, 400] {
                let reply = await routes.answer(HotRequest(.oauth(.token), fields, form, at: desk.now))
                #expect(reply.status.code == status)
            }
            let integration = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            for _ in 0..<2 {
                _ = await routes.answer(
                    HotRequest(
                        .oauth(.token), [("Authorization", integration.basic)], "grant_type=client_credentials",
                        at: desk.now))
            }
            let lines = Set(Metric.text(of: routes.tokens.metrics).split(separator: "\n").map(String.init))
            for line in [
                #"claviger_tokens_total{grant="authorization_code",format="sealed"} 1"#,
                #"claviger_tokens_total{grant="client_credentials",format="sealed"} 2"#,
                #"claviger_tokens_total{grant="refresh_token",format="sealed"} 0"#,
                #"claviger_reuse_alarms_total{rule="code_reuse"} 1"#,
                #"claviger_reuse_alarms_total{rule="refresh_reuse"} 0"#,
            ] {
                #expect(lines.contains(line), "\(line)")
            }
        }
    }

    @Test func `what is measured of the feed is told`() {
        let metrics = FeedMetrics()
        metrics.note(.heartbeat(nanoseconds: 1_500_000))
        metrics.note(.confirmation(nanoseconds: 30_000_000))
        metrics.note(.silence)
        metrics.note(.loss)
        metrics.note(.refill(isDone: true))
        metrics.note(.refill(isDone: false))
        metrics.note(.refill(isDone: false))
        let lines = Set(Metric.text(of: metrics.all(.always, nil)).split(separator: "\n").map(String.init))
        for line in [
            "claviger_feed_trusted 1", "claviger_feed_nodes 1", #"claviger_feed_delay_seconds_bucket{le="0.001"} 0"#,
            #"claviger_feed_delay_seconds_bucket{le="0.002"} 1"#, "claviger_feed_delay_seconds_count 1",
            "claviger_feed_losses_total 1", #"claviger_feed_refills_total{outcome="done"} 1"#,
            #"claviger_feed_refills_total{outcome="failed"} 2"#,
            #"claviger_revocation_confirmed_seconds_bucket{le="0.05"} 1"#, "claviger_revocation_unconfirmed_total 1",
        ] {
            #expect(lines.contains(line), "\(line)")
        }
    }

    @Test func `a node that hears is trusted, and one that does not is not`() async throws {
        try await SampleTree.open { tree in
            let queue = SampleFeed(tree)
            let node = try await queue.node()
            let metrics = FeedMetrics()
            func lines() -> [Substring] {
                Metric.text(of: metrics.all(node.desk.verifier.hearing, node.feed) + node.desk.verifier.memory.metrics)
                    .split(separator: "\n")
            }
            #expect(lines().contains("claviger_feed_trusted 0"))
            await node.join()
            #expect(lines().contains("claviger_feed_trusted 1"))
            let key = try await tree.key(in: tree.europe)
            _ = try await node.desk.verdict(key.secret)
            #expect(lines().contains(#"claviger_memory_entries{kind="credential"} 1"#))
            #expect(lines().contains("claviger_memory_limit_bytes 536870912"))
            #expect(lines().contains { $0.contains(#/^claviger_memory_bytes{kind="api_key"} [1-9][0-9]+/#) })
        }
    }
}
