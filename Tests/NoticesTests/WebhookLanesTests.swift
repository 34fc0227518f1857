import CredentialFormat
import Model
import Notices
import Persistence
import Testing

@Suite("The lanes of webhooks")
struct WebhookLanesTests {
    @Test func `receivers that never answer take a share, and whoever comes later still has a lane`() {
        var lanes = WebhookLanes()
        var taken: [Int] = []
        // Five accounts, one after the other, each with ten endpoints that have more than enough to do.
        for account in 1...5 {
            let work = (1...10).map { number in
                WebhookWork(
                    endpoint: ID(at: Int64(account * 100 + number)), account: ID(at: Int64(account)), due: 100)
            }
            var count = 0
            while true {
                let shares = lanes.shares(of: work, atMost: 16)
                if shares.isEmpty { break }
                #expect(shares.allSatisfy { $0.due <= WebhookLanes.ofEndpoint })
                for share in shares {
                    for _ in 0..<share.due { lanes.take(share.endpoint, of: share.account) }
                    count += share.due
                }
            }
            taken.append(count)
        }
        #expect(taken == [16, 16, 11, 7, 5])
        #expect(lanes.free == 9)
        // What was left is there again.
        for _ in 0..<8 { lanes.leave(ID(at: 101), of: ID(at: 1)) }
        #expect(lanes.free == 17)
        let again = [WebhookWork(endpoint: ID(at: 101), account: ID(at: 1), due: 2)]
        #expect(lanes.shares(of: again, atMost: 16).isEmpty)
    }
}
