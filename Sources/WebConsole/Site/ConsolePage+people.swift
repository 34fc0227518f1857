import Model
import ProductDefinition

extension ConsolePage {
    static let people = ConsolePage(.people)
    static let newPerson = ConsolePage(.people, "/new", needs: .membersManage)
    /// What whoever left has left behind.
    static let leftBehind = ConsolePage(.people, "/left")
    static let disableLeftKeys = ConsolePage(.people, "/left/disable-keys", needs: .apiKeysManage)
    static let disableKeysOfPerson = ConsolePage(.people, "/{id}/disable-keys", needs: .apiKeysManage)
    static let person = ConsolePage(.people, "/{id}")
    static let editPerson = ConsolePage(.people, "/{id}/edit", needs: .membersManage)
    static let invitePerson = ConsolePage(.people, "/{id}/invitation", needs: .membersManage)
    static let resetPasswordOfPerson = ConsolePage(.people, "/{id}/password-reset", needs: .membersManage)
    static let removeSecondFactorOfPerson = ConsolePage(.people, "/{id}/second-factor", needs: .membersManage)
    static let endSessionOfPerson = ConsolePage(.people, "/{id}/sessions/{session}", needs: .membersManage)
    static let handOverFromPerson = ConsolePage(.people, "/{id}/hand-over", needs: .membersManage)
    static let removePerson = ConsolePage(.people, "/{id}/delete", needs: .membersManage)
}
