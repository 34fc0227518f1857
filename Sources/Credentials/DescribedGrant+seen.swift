import Model
import Persistence

extension DescribedGrant {
    /// What `actor` may know of it: not who the member is where that is one of an organization above its reach (law 12).
    func seen(by actor: Actor) -> DescribedGrant {
        actor.sees(memberOrganization) ? self : withoutMember
    }
}
