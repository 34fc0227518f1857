import Testing
import TextForms

@testable import MerkleLog

/// The tree of RFC 9162, on the eight leaves with which implementations of Certificate Transparency (RFC 6962) are compared.
@Suite("A Merkle tree of RFC 9162") struct MerkleTreeTests {
    private static let leaves = [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    ].compactMap { Hexadecimal.bytes(Array($0.utf8)) }.map(TreeHash.leaf)

    private static let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]

    private static func hashes(_ texts: [String]) -> [TreeHash] {
        texts.compactMap { Hexadecimal.bytes(Array($0.utf8)).flatMap { TreeHash($0) } }
    }

    @Test func `roots and proofs are the known ones`() throws {
        let tree = MerkleTree(leaves: Self.leaves)
        for (size, root) in Self.roots.enumerated() {
            #expect(Hexadecimal.text(try tree.root(ofFirst: size).bytes) == root)
        }
        let first = Self.hashes([
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ])
        #expect(try tree.inclusionProof(of: 0) == first)
        let sixth = Self.hashes([
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ])
        #expect(try tree.inclusionProof(of: 5) == sixth)
        let grown = Self.hashes([
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ])
        #expect(try tree.consistencyProof(from: 6) == grown)
    }

    @Test func `every leaf and every earlier tree of every size to 64 is proved, and nothing else is`() throws {
        let leaves = (0..<64).map { TreeHash.leaf([UInt8($0)]) }
        let other = TreeHash.leaf([255])
        for size in 0...64 {
            let tree = MerkleTree(leaves: Array(leaves.prefix(size)))
            let root = try tree.root()
            for leaf in 0..<size {
                let proof = try #require(try tree.inclusionProof(of: leaf))
                #expect(TreeProof.shows(leaves[leaf], at: leaf, inTreeOf: size, under: root, by: proof))
                #expect(!TreeProof.shows(other, at: leaf, inTreeOf: size, under: root, by: proof))
                #expect(!TreeProof.shows(leaves[leaf], at: leaf, inTreeOf: size, under: other, by: proof))
                #expect(!TreeProof.shows(leaves[leaf], at: leaf, inTreeOf: size, under: root, by: proof + [other]))
                #expect(!TreeProof.shows(leaves[leaf], at: size, inTreeOf: size, under: root, by: proof))
                if size > 1 {
                    #expect(!TreeProof.shows(leaves[leaf], at: leaf ^ 1, inTreeOf: size, under: root, by: proof))
                    #expect(
                        !TreeProof.shows(
                            leaves[leaf], at: leaf, inTreeOf: size, under: root, by: Array(proof.dropLast())))
                }
            }
            #expect(try tree.inclusionProof(of: size) == nil)
            for earlier in 0...size {
                let before = try tree.root(ofFirst: earlier)
                let proof = try #require(try tree.consistencyProof(from: earlier))
                #expect(TreeProof.shows((size, root), continues: (earlier, before), by: proof))
                #expect(!TreeProof.shows((size, other), continues: (earlier, before), by: proof) || earlier == 0)
                #expect(!TreeProof.shows((size, root), continues: (earlier, other), by: proof))
                #expect(!TreeProof.shows((size, root), continues: (earlier, before), by: proof + [other]))
                if earlier > 0, earlier < size {
                    #expect(!TreeProof.shows((size, root), continues: (earlier, before), by: Array(proof.dropLast())))
                    #expect(!TreeProof.shows((earlier, before), continues: (size, root), by: proof))
                }
            }
            #expect(try tree.consistencyProof(from: size + 1) == nil)
        }
    }

    @Test(arguments: [1, 7, 32, 1100])
    func `a tree that is kept in tiles and grows by so many answers as one whose leaves are at hand`(_ step: Int) throws
    {
        let leaves = (0..<2200).map { TreeHash.leaf([UInt8($0 & 255), UInt8($0 >> 8)]) }
        let whole = MerkleTree(leaves: leaves)
        var (kept, size) = ([TilePlace: [UInt8]](), 0)
        while size < leaves.count {
            let next = Array(leaves[size..<min(size + step, leaves.count)])
            var tiles = kept.filter { TiledTree.growing(atSize: size).contains($0.key) }
            try TiledTree.append(next, to: &tiles, ofSize: size)
            kept.merge(tiles) { $1 }
            size += next.count
        }
        func answer<T>(_ question: (MerkleTree) throws -> T) throws -> T {
            let places = try TiledTree.places(ofSize: size, question)
            #expect(places.count <= 6)
            return try TiledTree.answer(ofSize: size, from: kept.filter { places.contains($0.key) }, question)
        }
        #expect(try answer { try $0.root() } == whole.root())
        for index in stride(from: 0, to: leaves.count, by: 61) {
            #expect(try answer { try $0.inclusionProof(of: index) } == whole.inclusionProof(of: index))
            #expect(try answer { try $0.consistencyProof(from: index) } == whole.consistencyProof(from: index))
        }
        let lost = try #require(kept.keys.min())
        kept[lost] = nil
        #expect(throws: DamagedTile(place: lost)) { try answer { try $0.inclusionProof(of: 0) } }
        var growing = kept.filter { TiledTree.growing(atSize: size).dropFirst().contains($0.key) }
        #expect(throws: DamagedTile.self) { try TiledTree.append([leaves[0]], to: &growing, ofSize: size) }
    }
}
