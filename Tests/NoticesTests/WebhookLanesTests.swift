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
        let accounts = (Int64(1)...5).map { number -> [WebhookWork] in
            let account = ID<Organization>(at: number)
            return (Int64(1)...10).map { WebhookWork(endpoint: ID(at: $0), account: account, due: 100) }
        }
        for work in accounts {
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
        let first = accounts[0][0]
        for _ in 0..<8 { lanes.leave(first.endpoint, of: first.account) }
        #expect(lanes.free == 17)
        #expect(lanes.shares(of: [first], atMost: 16).isEmpty)
    }
}
