//! The Merkle tree of RFC 6962 over a growing list: SHA-256 with `0x00` before a leaf and `0x01` before two nodes.
//!
//! Only the roots of the perfect subtrees are kept, so a list of any length takes a few hundred bytes, and the root of
//! every shorter list was known on the way.

use sha2::{Digest, Sha256};

pub type Digest32 = [u8; 32];

/// The hash of a leaf.
pub fn leaf(data: &[u8]) -> Digest32 {
    Sha256::new().chain_update([0]).chain_update(data).finalize().into()
}

fn node(left: &Digest32, right: &Digest32) -> Digest32 {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// A list that grows at its end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    size: u64,
    /// The perfect subtrees from left to right: one per bit of `size`.
    subtrees: Vec<Digest32>,
}

impl Tree {
    /// Adds a leaf by its data.
    pub fn push(&mut self, data: &[u8]) {
        let mut hash = leaf(data);
        // As many subtrees are completed as there are ones at the end of the size.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.subtrees.pop() {
                hash = node(&left, &hash);
            }
        }
        self.subtrees.push(hash);
        self.size += 1;
    }

    pub fn size(&self) -> u64 {
        self.size
    }

    /// The hash of nothing where the list is empty.
    pub fn root(&self) -> Digest32 {
        let mut subtrees = self.subtrees.iter().rev();
        let Some(last) = subtrees.next() else { return Sha256::digest([]).into() };
        subtrees.fold(*last, |right, left| node(left, &right))
    }
}

impl<T: AsRef<[u8]>> FromIterator<T> for Tree {
    fn from_iter<I: IntoIterator<Item = T>>(leaves: I) -> Tree {
        let mut tree = Tree::default();
        leaves.into_iter().for_each(|data| tree.push(data.as_ref()));
        tree
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::audit::{hex, unhex};
    use proptest::prelude::*;

    /// The published test vectors of certificate transparency (RFC 6962 implementations).
    #[test]
    fn the_published_roots() {
        let leaves =
            ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
        let roots = [
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
        let mut tree = Tree::default();
        assert_eq!(hex(&tree.root()), roots[0]);
        for (text, root) in leaves.iter().zip(&roots[1..]) {
            let data: Vec<u8> = (0..text.len() / 2).map(|i| unhex::<1>(&text[2 * i..2 * i + 2]).unwrap()[0]).collect();
            tree.push(&data);
            assert_eq!(hex(&tree.root()), *root);
        }
        assert_eq!(tree.size(), 8);
    }

    /// As RFC 6962 defines it.
    fn defined(leaves: &[Vec<u8>]) -> Digest32 {
        match leaves {
            [] => Sha256::digest([]).into(),
            [one] => leaf(one),
            many => {
                let split = many.len().next_power_of_two() / 2;
                node(&defined(&many[..split]), &defined(&many[split..]))
            }
        }
    }

    proptest! {
        #[test]
        fn growing_gives_the_defined_root(leaves in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..4), 0..70)) {
            prop_assert_eq!(leaves.iter().collect::<Tree>().root(), defined(&leaves));
        }
    }
}
