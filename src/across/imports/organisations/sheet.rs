//! The tree as the rows of a sheet would make it: on record, overlaid by what the rows say.

use std::collections::{HashMap, HashSet};

use crate::across::imports::organisations::classify::Line;
use crate::across::imports::organisations::tree::Tree;
use crate::base::edit::{Edit, set};
use crate::base::ids::OrganisationId;
use crate::records::organisations::{Kind, Organisation, rules};

/// One thing that is wrong with a row: the field and a sentence.
pub type Fault = (&'static str, String);

/// An organisation as it would be.
struct Node<'a> {
    parent: Option<&'a str>,
    kind: Option<Kind>,
    dissolved: bool,
    line: Option<usize>,
    record: Option<&'a Organisation>,
}

/// The whole county as it would be.
pub struct Sheet<'a> {
    tree: &'a Tree,
    nodes: HashMap<&'a str, Node<'a>>,
    /// Codes of those below a code, on record or by a row.
    below: HashMap<&'a str, Vec<&'a str>>,
    /// Branches that have members in the register.
    occupied: HashSet<OrganisationId>,
}

/// What the rows look like at the moment.
pub struct State {
    /// Rows with errors.
    pub refused: Vec<bool>,
    /// The sheet's row numbers.
    pub numbers: Vec<u32>,
}

impl<'a> Sheet<'a> {
    /// Lays the rows over the tree; `first` holds the first row about each code.
    pub fn new(
        tree: &'a Tree,
        lines: &[Line<'a>],
        first: &HashMap<&'a str, usize>,
        occupied: HashSet<OrganisationId>,
    ) -> Self {
        let mut nodes: HashMap<&'a str, Node<'a>> =
            tree.all().iter().map(|one| (one.code.as_str(), stored(one, tree))).collect();
        let mut below: HashMap<&'a str, Vec<&'a str>> = HashMap::new();
        for (code, node) in &nodes {
            if let Some(parent) = node.parent {
                below.entry(parent).or_default().push(code);
            }
        }
        for (code, at) in first {
            let Some(line) = lines.get(*at).filter(|line| line.conflict.is_none()) else { continue };
            let said = &line.read.said;
            let before = line.record.map(|record| stored(record, tree));
            let (parent, kind, dissolved) =
                before.map_or((None, None, false), |node| (node.parent, node.kind, node.dissolved));
            let parent = match &said.parent_code {
                Edit::Set(code) => Some(code.as_str()),
                _ => parent,
            };
            if let Some(parent) = parent {
                below.entry(parent).or_default().push(code);
            }
            let dissolved = match said.dissolved_on {
                Edit::Keep => dissolved,
                Edit::Clear => false,
                Edit::Set(_) => true,
            };
            let kind = set(&said.kind).or(kind);
            nodes.insert(code, Node { parent, kind, dissolved, line: Some(*at), record: line.record });
        }
        Self { tree, nodes, below, occupied }
    }

    /// How many organisations stand above one; none where that is no way up to the county.
    pub fn depth(&self, code: &str, state: &State) -> Option<usize> {
        self.way_up(code, state).ok().map(|way| way.len())
    }

    /// The codes above one, from below; else those that were passed without coming to the county. A circle is the fault
    /// of those who stand in it: the way of others ends there, until its rows are refused.
    fn way_up(&self, code: &str, state: &State) -> Result<Vec<&'a str>, Vec<&'a str>> {
        let mut way = Vec::new();
        let mut at = self.nodes.get(code).and_then(|node| node.parent);
        while let Some(above) = at.filter(|above| !way.contains(above)) {
            way.push(above);
            if above == code || way.len() >= rules::DEEPEST {
                return Err(way);
            }
            at = self.nodes.get(above).and_then(|node| self.above(node, state));
        }
        Ok(way)
    }

    /// The code above an organisation: a row that is refused moves nothing.
    fn above(&self, node: &Node<'a>, state: &State) -> Option<&'a str> {
        let refused = node.line.is_some_and(|at| state.refused.get(at) == Some(&true));
        if !refused {
            return node.parent;
        }
        self.tree.above(node.record?).map(|above| above.code.as_str())
    }

    /// What is wrong with the place of a row, given which rows are wrong.
    pub fn faults(&self, line: &Line<'a>, state: &State) -> Vec<Fault> {
        let Some(code) = line.code() else { return Vec::new() };
        let mut faults = Vec::new();
        let stored_parent =
            line.record.and_then(|record| self.tree.above(record)).map(|above| above.code.as_str());
        let moves = line.parent_code().filter(|parent| Some(*parent) != stored_parent);
        if moves.is_some()
            && let Err(way) = self.way_up(code, state)
        {
            faults.push(("parent_code", going_round(code, &way)));
            return faults;
        }
        let kind = set(&line.read.said.kind).or_else(|| line.record.and_then(Organisation::kind));
        let another_kind = kind != line.record.and_then(Organisation::kind);
        if let (Some(parent), Some(kind)) = (moves.or(stored_parent.filter(|_| another_kind)), kind) {
            faults.extend(self.parent_fault(line, code, kind, parent, moves.is_some(), state));
        }
        if matches!(line.read.said.dissolved_on, Edit::Set(_)) {
            faults.extend(self.dissolving_fault(line, code, state));
        }
        faults
    }

    fn parent_fault(
        &self,
        line: &Line<'a>,
        code: &str,
        kind: Kind,
        parent: &str,
        moves: bool,
        state: &State,
    ) -> Option<Fault> {
        let fault = |message: String| Some(("parent_code", message));
        let Some(node) = self.nodes.get(parent) else {
            return fault(format!(
                "上级代码“{parent}”没有登记，也不在本表中；请核对代码，或在本表中补上这个组织"
            ));
        };
        let refused = node.line.filter(|at| state.refused.get(*at) == Some(&true));
        if let (Some(at), None) = (refused, node.record) {
            let number = state.numbers.get(at).copied().unwrap_or_default();
            return fault(format!("上级“{parent}”在第{number}行，该行被退回；请先改正第{number}行"));
        }
        if moves && node.record.is_some_and(|record| !self.tree.holds(record)) {
            let within = &self.tree.within;
            return fault(format!(
                "上级“{parent}”不在“{within}”范围内；请填写本单位的组织，或由上级单位导入"
            ));
        }
        let as_stored = node.record.filter(|_| refused.is_some());
        let parent_kind = as_stored.and_then(Organisation::kind).or(node.kind)?;
        let dissolved = as_stored.map_or(node.dissolved, |record| record.dissolved_on.is_some());
        if let Err(error) = rules::check_parent(kind, code, parent_kind, parent) {
            return Some((if moves { "parent_code" } else { "kind" }, error.to_string()));
        }
        let own = self.nodes.get(code).is_some_and(|own| own.dissolved);
        if moves && dissolved && !own && line.record.is_none_or(|record| record.dissolved_on.is_none()) {
            return fault(format!("上级“{parent}”已撤销；请填写现在的上级，或填写本组织的撤销日期"));
        }
        None
    }

    /// Nobody and nothing may be left in what is dissolved.
    fn dissolving_fault(&self, line: &Line<'a>, code: &str, state: &State) -> Option<Fault> {
        let below = self.below.get(code).map_or(&[][..], Vec::as_slice);
        if let Some(child) = below.iter().find(|child| self.is_left(child, code, state)) {
            let message = format!(
                "其下还有未撤销的组织（如“{child}”），不能撤销；请先在本表中填写下级的撤销日期，或改填下级的上级代码"
            );
            return Some(("dissolved_on", message));
        }
        let record = line.record.filter(|record| self.occupied.contains(&record.id))?;
        let message = format!("“{}”还有在册党员，不能撤销；请先为党员办理组织关系转接", record.name);
        Some(("dissolved_on", message))
    }

    /// Whether an organisation would still stand below a code.
    fn is_left(&self, child: &str, code: &str, state: &State) -> bool {
        let Some(node) = self.nodes.get(child) else { return false };
        let refused = node.line.is_some_and(|at| state.refused.get(at) == Some(&true));
        match (refused, node.record) {
            (false, _) => node.parent == Some(code) && !node.dissolved,
            (true, None) => false,
            (true, Some(record)) => {
                let above = self.tree.above(record).map(|above| above.code.as_str());
                above == Some(code) && record.dissolved_on.is_none()
            }
        }
    }
}

fn stored<'a>(one: &'a Organisation, tree: &'a Tree) -> Node<'a> {
    Node {
        parent: tree.above(one).map(|above| above.code.as_str()),
        kind: one.kind(),
        dissolved: one.dissolved_on.is_some(),
        line: None,
        record: Some(one),
    }
}

fn going_round(code: &str, way: &[&str]) -> String {
    if way.last() == Some(&code) {
        let circle = std::iter::once(code).chain(way.iter().copied()).collect::<Vec<_>>().join(" → ");
        return format!("上级关系成环（{circle}）；一个组织不能设在自己或自己的下级组织下，请核对上级代码");
    }
    let deepest = rules::DEEPEST;
    format!("往上超过{deepest}级还没有到县（区），上级关系成环或层级过多；请核对上级代码")
}
