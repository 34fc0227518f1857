package import CredentialFormat
package import Model
package import Persistence
import TextForms

/// What was destroyed so that nobody can open what was sealed under it. Copies of the database from before keep it openable until
/// the organization's key is destroyed, too, and the receipt says so.
package struct ShreddingReceipt: Sendable, Hashable {
    /// How much was destroyed.
    package enum Extent: String, Sendable {
        /// The data keys of one holder.
        case holder
        /// The key of the organization, and with it all that it wrapped.
        case organization
    }

    package var extent: Extent
    package var organization: ID<Organization>
    /// The identifier of what the keys were of.
    package var holder: String
    package var provider: String
    package var dataKeys: [ID<DataKeyRow>]
    /// How many sealed values were removed.
    package var values: Int
    package var at: Instant

    package init(
        extent: Extent, organization: ID<Organization>, holder: String, provider: String, dataKeys: [ID<DataKeyRow>],
        values: Int, at: Instant
    ) {
        self.extent = extent
        self.organization = organization
        self.holder = holder
        self.provider = provider
        self.dataKeys = dataKeys
        self.values = values
        self.at = at
    }

    /// The receipt as a JWS (RFC 7515), by the key that signs access tokens; its header has the public key, which the key set
    /// published while it signed. Its type is its own, so it passes for no token.
    package func signed(issuer: String, with keys: KeySet) throws -> String {
        guard let key = keys.signingKey(.es256, at: at) else { throw TokenError.missing(.signing) }
        let head = #"{"typ":"shredding-receipt+jws","alg":"ES256","kid":"\#(key.identifier)","jwk":\#(key.jwk)}"#
        var header: [UInt8] = []
        Base64URL.append(Array(head.utf8), to: &header)
        return String(decoding: try key.jws(claims(issuer: issuer), behind: header), as: UTF8.self)
    }

    private func claims(issuer: String) -> [UInt8] {
        var json = ClaimsWriter()
        json.raw(#"{"iss":"#)
        json.text(issuer)
        json.raw(#","iat":"#)
        json.number(at.seconds)
        let texts: [(StaticString, String)] = [
            (#","destroyed":"#, extent.rawValue), (#","organization_id":"#, organization.description),
            (#","holder":"#, holder), (#","provider":"#, provider),
        ]
        for (name, value) in texts {
            json.raw(name)
            json.text(value)
        }
        json.raw(#","data_keys":["#)
        for (number, key) in dataKeys.enumerated() {
            if number > 0 { json.raw(",") }
            json.text(key.description)
        }
        json.raw(#"],"values":"#)
        json.number(Int64(values))
        json.raw("}")
        return json.bytes
    }
}

extension Transaction {
    /// Destroys the data keys of a holder, so that nothing opens any more that was sealed for it, and keeps a signed receipt.
    ///
    /// - Parameter values: How many sealed values were removed with them.
    /// - Returns: The receipt.
    @discardableResult
    package borrowing func shred(
        _ holder: String, of organization: ID<Organization>, provider: String, values: Int, issuer: String,
        keys: KeySet,
        at now: Instant
    ) throws -> ShreddingReceiptRow {
        let receipt = ShreddingReceipt(
            extent: .holder, organization: organization, holder: holder, provider: provider,
            dataKeys: try dataKeys(of: holder).map(\.id), values: values, at: now)
        try destroyDataKeys(of: holder)
        return try keep(receipt, issuer: issuer, keys: keys)
    }

    /// Destroys the key of an organization, so that nothing opens any more that was sealed for it, and keeps a signed receipt.
    @discardableResult
    package borrowing func shredKey(
        of organization: ID<Organization>, issuer: String, keys: KeySet, at now: Instant
    ) throws -> ShreddingReceiptRow {
        try destroyKey(of: organization)
        announce(.organization(organization))
        return try keep(
            ShreddingReceipt(
                extent: .organization, organization: organization, holder: organization.description, provider: "",
                dataKeys: [], values: 0, at: now), issuer: issuer, keys: keys)
    }

    private borrowing func keep(
        _ receipt: ShreddingReceipt, issuer: String, keys: KeySet
    ) throws -> ShreddingReceiptRow {
        let row = ShreddingReceiptRow(
            id: ID(at: receipt.at.milliseconds), organization: receipt.organization, holder: receipt.holder,
            receipt: try receipt.signed(issuer: issuer, with: keys), at: receipt.at)
        try insert(row)
        return row
    }
}
