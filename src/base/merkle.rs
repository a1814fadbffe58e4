//! Merkle trees of RFC 6962: the root over a list, proofs that a root holds an element, and proofs that a longer list
//! begins with a shorter one.
//!
//! Proofs are made from a [`Frontier`], the few subtrees that a list ends with, and the leaves that came after it: no
//! tree is kept in memory, however long the list.

use sha2::{Digest, Sha256};

/// A hash of the tree.
pub type Hash = [u8; 32];

/// The hash of an element.
#[must_use]
pub fn leaf(element: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(element).finalize().into()
}

fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The largest power of two below `size`; `size` is at least 2.
fn split(size: u64) -> u64 {
    1 << (63 - (size - 1).leading_zeros())
}

/// The roots of the perfect subtrees that a list is made of, the largest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// How many elements the list has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds the hash of an element (see [`leaf`]).
    pub fn push(&mut self, leaf: Hash) {
        let mut subtree = leaf;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                subtree = node(&left, &subtree);
            }
        }
        self.peaks.push(subtree);
        self.size += 1;
    }

    /// The root.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(last) = peaks.next() else { return Sha256::digest([]).into() };
        peaks.fold(*last, |right, left| node(left, &right))
    }

    /// The peak that begins at a place of the list.
    fn peak_at(&self, begin: u64) -> Option<Hash> {
        let mut place = 0;
        let mut rest = self.size;
        for peak in &self.peaks {
            if place == begin {
                return Some(*peak);
            }
            let width = 1 << (63 - rest.leading_zeros());
            place += width;
            rest -= width;
        }
        None
    }

    /// The proof that this list, followed by `later` leaves, begins with this list: empty where one of the two has
    /// nothing in it.
    #[must_use]
    pub fn prove_extension(&self, later: &[Hash]) -> Vec<Hash> {
        let mut proof = Vec::new();
        let Ok(more) = u64::try_from(later.len()) else { return proof };
        if self.size == 0 || more == 0 {
            return proof;
        }
        let (mut begin, mut size, mut old, mut whole) = (0, self.size + more, self.size, true);
        // From the root downwards, so that the nodes come in the reverse of the order of the RFC.
        while old != size {
            let left = split(size);
            if old <= left {
                proof.extend(subtree(later, begin + left - self.size, size - left));
                size = left;
            } else {
                proof.extend(self.peak_at(begin));
                (begin, size, old, whole) = (begin + left, size - left, old - left, false);
            }
        }
        if !whole {
            proof.extend(self.peak_at(begin));
        }
        proof.reverse();
        proof
    }
}

/// The root over `count` leaves from a place on.
fn subtree(leaves: &[Hash], from: u64, count: u64) -> Option<Hash> {
    let from = usize::try_from(from).ok()?;
    let count = usize::try_from(count).ok()?;
    let mut frontier = Frontier::default();
    for leaf in leaves.get(from..from.checked_add(count)?)? {
        frontier.push(*leaf);
    }
    Some(frontier.root())
}

/// The roots of all perfect subtrees of a list, for many proofs at once. It takes twice the size of the list.
#[derive(Debug, Clone)]
pub struct Tree(Vec<Vec<Hash>>);

impl Tree {
    /// The tree over a list.
    #[must_use]
    pub fn new(leaves: Vec<Hash>) -> Self {
        let mut levels = vec![leaves];
        while let Some(below) = levels.last().filter(|below| below.len() > 1) {
            let (pairs, _) = below.as_chunks::<2>();
            let above = pairs.iter().map(|[left, right]| node(left, right)).collect();
            levels.push(above);
        }
        Self(levels)
    }

    /// How many elements.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.0.first().and_then(|leaves| u64::try_from(leaves.len()).ok()).unwrap_or_default()
    }

    /// The root.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.subtree(0, self.size()).unwrap_or_else(|| Frontier::default().root())
    }

    /// The root over `count` leaves from a place that is a multiple of the next power of two.
    fn subtree(&self, from: u64, count: u64) -> Option<Hash> {
        if count == 0 {
            return None;
        }
        if count.is_power_of_two() {
            let height = count.trailing_zeros();
            let level = self.0.get(usize::try_from(height).ok()?)?;
            return level.get(usize::try_from(from >> height).ok()?).copied();
        }
        let left = split(count);
        Some(node(&self.subtree(from, left)?, &self.subtree(from + left, count - left)?))
    }

    /// The proof that the root holds the leaf at `index`; none where there is none.
    #[must_use]
    pub fn prove(&self, index: u64) -> Option<Vec<Hash>> {
        let mut size = Some(self.size()).filter(|size| index < *size)?;
        let (mut begin, mut place) = (0, index);
        let mut proof = Vec::new();
        while size > 1 {
            let left = split(size);
            if place < left {
                proof.push(self.subtree(begin + left, size - left)?);
                size = left;
            } else {
                proof.push(self.subtree(begin, left)?);
                (begin, place, size) = (begin + left, place - left, size - left);
            }
        }
        proof.reverse();
        Some(proof)
    }
}

/// Whether `proof` shows that the list of `size` elements under `root` has `leaf` at `index` (RFC 9162, 2.1.3.2).
#[must_use]
pub fn includes(root: &Hash, size: u64, index: u64, leaf: &Hash, proof: &[Hash]) -> bool {
    if index >= size {
        return false;
    }
    let (mut place, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for sibling in proof {
        if last == 0 {
            return false;
        }
        if place & 1 == 1 || place == last {
            hash = node(sibling, &hash);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            hash = node(&hash, sibling);
        }
        place >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// A list as its size and its root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// How many elements.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

/// Whether `proof` shows that the list of `new` begins with the list of `old` (RFC 9162, 2.1.4.2). An empty list begins
/// every other, without a proof.
#[must_use]
pub fn extends(old: &Head, new: &Head, proof: &[Hash]) -> bool {
    if old.size == 0 {
        return proof.is_empty() && old.root == Frontier::default().root();
    }
    if old.size >= new.size {
        return old == new && proof.is_empty();
    }
    let whole = old.size.is_power_of_two().then_some(&old.root);
    let mut nodes = whole.into_iter().chain(proof);
    let Some(first) = nodes.next() else { return false };
    let trailing = (old.size - 1).trailing_ones();
    let (mut place, mut last) = ((old.size - 1) >> trailing, (new.size - 1) >> trailing);
    let (mut before, mut after) = (*first, *first);
    for sibling in nodes {
        if last == 0 {
            return false;
        }
        if place & 1 == 1 || place == last {
            before = node(sibling, &before);
            after = node(sibling, &after);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            after = node(&after, sibling);
        }
        place >>= 1;
        last >>= 1;
    }
    last == 0 && before == old.root && after == new.root
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The inputs and roots of the reference implementation of Certificate Transparency.
    const INPUTS: [&str; 8] =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    const ROOTS: [&str; 9] = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    fn grown(leaves: &[Hash]) -> Frontier {
        let mut frontier = Frontier::default();
        for leaf in leaves {
            frontier.push(*leaf);
        }
        frontier
    }

    fn place(number: u64) -> usize {
        usize::try_from(number).unwrap()
    }

    fn head(leaves: &[Hash]) -> Head {
        Head { size: u64::try_from(leaves.len()).unwrap(), root: grown(leaves).root() }
    }

    fn prove_inclusion(leaves: &[Hash], index: u64) -> Option<Vec<Hash>> {
        let tree = Tree::new(leaves.to_vec());
        assert_eq!(tree.root(), grown(leaves).root());
        tree.prove(index)
    }

    fn numbered(count: u64) -> Vec<Hash> {
        (0..count).map(|number| leaf(&number.to_be_bytes())).collect()
    }

    #[test]
    fn the_roots_are_those_of_certificate_transparency() {
        let leaves: Vec<Hash> = INPUTS.iter().map(|input| leaf(&hex::decode(input).unwrap())).collect();
        for (size, root) in ROOTS.iter().enumerate() {
            assert_eq!(hex::encode(grown(&leaves[..size]).root()), *root, "{size}");
        }
    }

    #[test]
    fn a_proof_of_certificate_transparency_is_made_and_holds() {
        let leaves: Vec<Hash> = INPUTS.iter().map(|input| leaf(&hex::decode(input).unwrap())).collect();
        let proof = prove_inclusion(&leaves, 5).unwrap();
        let expected = [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ];
        assert_eq!(proof.iter().map(hex::encode).collect::<Vec<_>>(), expected);
        let extension = grown(&leaves[..6]).prove_extension(&leaves[6..]);
        let expected = [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ];
        assert_eq!(extension.iter().map(hex::encode).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn every_proof_of_every_small_list_holds_and_only_for_its_own() {
        let leaves = numbered(40);
        for size in 1..=40_u64 {
            let list = &leaves[..place(size)];
            let root = grown(list).root();
            for index in 0..size {
                let proof = prove_inclusion(list, index).unwrap();
                for other in 0..size {
                    let held = includes(&root, size, index, &list[place(other)], &proof);
                    assert_eq!(held, index == other, "{index} of {size}, leaf {other}");
                }
            }
            for old in 0..=size {
                let (before, after) = list.split_at(place(old));
                let proof = grown(before).prove_extension(after);
                assert!(extends(&head(before), &head(list), &proof), "{old} to {size}");
            }
        }
    }

    /// Ways to spoil a proof, after the list of transparency-dev/merkle.
    fn spoiled(proof: &[Hash], root: Hash) -> Vec<Vec<Hash>> {
        let mut out = Vec::new();
        for place in 0..proof.len() {
            let mut removed = proof.to_vec();
            removed.remove(place);
            out.push(removed);
            let mut flipped = proof.to_vec();
            flipped[place][place % 32] ^= 1 << (place % 8);
            out.push(flipped);
        }
        out.push([proof, &[[0; 32]]].concat());
        out.push([proof, &[root]].concat());
        out.push([&[[0; 32]], proof].concat());
        out.push([&[root], proof].concat());
        out.push([proof, proof].concat());
        if proof.len() > 1 {
            out.push(proof[..proof.len() - 1].to_vec());
            out.push(proof[1..].to_vec());
            out.push(proof.iter().rev().copied().collect());
        }
        out.retain(|other| other != proof);
        out
    }

    #[test]
    fn a_spoiled_proof_of_inclusion_never_holds() {
        for size in [1_u64, 2, 3, 7, 8, 13, 64, 100] {
            let leaves = numbered(size);
            let root = grown(&leaves).root();
            for index in 0..size {
                let (own, proof) = (leaves[place(index)], prove_inclusion(&leaves, index).unwrap());
                assert!(includes(&root, size, index, &own, &proof));
                for other in [index.wrapping_sub(1), index + 1, index ^ 2] {
                    assert!(!includes(&root, size, other, &own, &proof), "{index} as {other} of {size}");
                }
                for other in [size * 2, size / 2] {
                    // The same path may lead through a list of another size; then the root tells them apart.
                    let shape = prove_inclusion(&numbered(other), index).map(|path| path.len());
                    if shape != Some(proof.len()) {
                        assert!(!includes(&root, other, index, &own, &proof), "{index} of {size} as {other}");
                    }
                }
                assert!(!includes(&root, size, index, &leaf(b"WrongLeaf"), &proof));
                for wrong in [[7; 32], Frontier::default().root(), own] {
                    assert!(wrong == root || !includes(&wrong, size, index, &own, &proof));
                }
                for wrong in spoiled(&proof, root) {
                    assert!(!includes(&root, size, index, &own, &wrong), "{index} of {size}");
                }
            }
        }
    }

    #[test]
    fn a_spoiled_proof_of_extension_never_holds() {
        for (old, new) in [(1, 2), (2, 5), (3, 7), (4, 8), (6, 8), (7, 64), (33, 100), (64, 65)] {
            let leaves = numbered(new);
            let (before, after) = leaves.split_at(place(old));
            let (old, new) = (head(before), head(&leaves));
            let proof = grown(before).prove_extension(after);
            assert!(extends(&old, &new, &proof));
            assert!(!extends(&new, &old, &proof), "the other way round");
            let swapped = (Head { root: new.root, ..old }, Head { root: old.root, ..new });
            assert!(!extends(&swapped.0, &swapped.1, &proof), "roots exchanged");
            for wrong in [[7; 32], Frontier::default().root()] {
                assert!(!extends(&Head { root: wrong, ..old }, &new, &proof));
                assert!(!extends(&old, &Head { root: wrong, ..new }, &proof));
            }
            for wrong in spoiled(&proof, new.root) {
                assert!(!extends(&old, &new, &wrong), "{} to {}", old.size, new.size);
            }
            let same = Head { root: new.root, ..new };
            assert!(extends(&new, &same, &[]) && !extends(&new, &same, &proof));
            assert!(!extends(&Head { root: [9; 32], ..new }, &new, &[]), "two roots for one size");
        }
    }
}
