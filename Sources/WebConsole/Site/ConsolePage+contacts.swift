import Model
import ProductDefinition

extension ConsolePage {
    static let contacts = ConsolePage(.contacts)
    /// All of them, whosever they are.
    static let accessKeys = ConsolePage(.contacts, "/access-keys")
    static let newContact = ConsolePage(.contacts, "/new", needs: .contactsManage)
    static let contact = ConsolePage(.contacts, "/{id}")
    static let contactSettings = ConsolePage(.contacts, "/{id}/settings", needs: .contactsManage)
    static let disableContact = ConsolePage(.contacts, "/{id}/disable", needs: .contactsManage)
    static let enableContact = ConsolePage(.contacts, "/{id}/enable", needs: .contactsManage)
    static let deleteContact = ConsolePage(.contacts, "/{id}/delete", needs: .contactsManage)
    static let newAccessKey = ConsolePage(.contacts, "/{id}/new-access-key", needs: .contactsManage)
    static let rotateAccessKey = ConsolePage(.contacts, "/{id}/access-keys/{part}/rotate", needs: .contactsManage)
    static let disableAccessKey = ConsolePage(.contacts, "/{id}/access-keys/{part}/disable", needs: .contactsManage)
    static let enableAccessKey = ConsolePage(.contacts, "/{id}/access-keys/{part}/enable", needs: .contactsManage)
    static let deleteAccessKey = ConsolePage(.contacts, "/{id}/access-keys/{part}/delete", needs: .contactsManage)
}
