package import CredentialFormat
package import Model
package import Policy
package import Tokens

/// Something that memory does not hold, or that may not be believed at present, and a judgement needs (a cache miss). It is thrown,
/// so that a judgement reads as if everything were there.
package enum Missing: Error {
    case apiKey(Fingerprint, PresentedSecret)
    case accessKey(Fingerprint, PresentedSecret)
    case client(ClientID)
    case contact(ID<Contact>)
    case organization(ID<Organization>)
    case lineage(ID<RefreshLineage>)
    case audiences
    /// Whether a token was revoked.
    case revocation(ID<AccessToken>)
    /// The keys: all, because none is believed at present, or one that something names and the ring does not have.
    case keyRing(NamedKey?)
    /// Something that a client which has proved who it is asks about, for a caller at this address if it says so.
    indirect case asked(by: ClientID, caller: IPAddress?, Missing)

    /// The same as something that a client asks about. What one asks about already stays as it is.
    package func asked(by client: ClientID, caller: IPAddress?) -> Missing {
        if case .asked = self { self } else { .asked(by: client, caller: caller, self) }
    }
}
