//! The one decision: role × action × relation, pure. Pages, API, command line and imports all ask here.

use crate::base::actor::{Actor, Door, Proof, Role};
use crate::base::error::{Error, Result};
use crate::base::scope::Path;

/// What somebody wants to do (contract 2, "Who may what").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// See records, figures, reports.
    SeeRecords,
    /// Enter, change, import, propose transfers, submit ratings.
    EnterRecords,
    /// Accept or refuse a transfer into the own organisation.
    AcceptTransfer,
    /// See an identifier in clear, with a purpose.
    RevealIdentifier,
    /// Take back an import that somebody else handed in; one's own is entering.
    UndoOthersImports,
    /// Make two of a person that was merged from two records.
    Unmerge,
    /// Take a list out of the house, masked.
    Export,
    /// Take a list out of the house with identifiers in clear.
    ExportUnmasked,
    /// See what departments say of candidates, record it, file and reject: for the whole county only.
    Vet,
    /// Review, send back, confirm and publish ratings.
    DecideRatings,
    /// Set schemes, programmes, thresholds and rules of the county.
    SetSchemes,
    /// Propose and confirm the closing of a quarter; amend.
    CloseQuarter,
    /// Sign off the quarter of one's own unit, or of one below it, upward; take that back.
    SignOff,
    /// Read the trail beyond one's own entries.
    ReadTrail,
    /// Read the trail of account actions.
    ReadAccountTrail,
    /// Create, disable and reset accounts.
    ManageAccounts,
    /// Set roles and organisations of accounts.
    GrantRoles,
}

impl Action {
    /// All actions.
    pub const ALL: [Self; 17] = [
        Self::SeeRecords,
        Self::EnterRecords,
        Self::AcceptTransfer,
        Self::RevealIdentifier,
        Self::UndoOthersImports,
        Self::Unmerge,
        Self::Export,
        Self::ExportUnmasked,
        Self::Vet,
        Self::DecideRatings,
        Self::SetSchemes,
        Self::CloseQuarter,
        Self::SignOff,
        Self::ReadTrail,
        Self::ReadAccountTrail,
        Self::ManageAccounts,
        Self::GrantRoles,
    ];
}

impl Action {
    /// Whether it weighs so much that the person himself must have shown a short while ago that it is he (SEC-11).
    #[must_use]
    pub const fn needs_recent_proof(self) -> bool {
        matches!(
            self,
            Self::RevealIdentifier
                | Self::ExportUnmasked
                | Self::CloseQuarter
                | Self::ManageAccounts
                | Self::GrantRoles
        )
    }

    /// Whether no program may do it, whatever its account may.
    #[must_use]
    pub const fn needs_a_person(self) -> bool {
        self.needs_recent_proof() || matches!(self, Self::UndoOthersImports | Self::SignOff | Self::Unmerge)
    }
}

/// How the subject stands to the actor's organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Relation {
    /// The own organisation or one below it.
    Within,
    /// Anything else: above, beside, another county.
    Outside,
}

/// Whether a role may do an action to a subject that stands in a relation. Deny by default.
#[must_use]
pub fn allows(role: Role, action: Action, relation: Relation) -> bool {
    use Action as A;
    if relation == Relation::Outside {
        return false;
    }
    match role {
        Role::Clerk => matches!(
            action,
            A::SeeRecords | A::EnterRecords | A::AcceptTransfer | A::RevealIdentifier | A::Export
        ),
        Role::Supervisor => matches!(
            action,
            A::SeeRecords
                | A::EnterRecords
                | A::AcceptTransfer
                | A::RevealIdentifier
                | A::UndoOthersImports
                | A::Unmerge
                | A::Export
                | A::ExportUnmasked
                | A::Vet
                | A::DecideRatings
                | A::SetSchemes
                | A::CloseQuarter
                | A::SignOff
                | A::ReadTrail
        ),
        Role::Auditor => matches!(
            action,
            A::SeeRecords | A::RevealIdentifier | A::Export | A::ReadTrail | A::ReadAccountTrail
        ),
        Role::Administrator => matches!(action, A::ManageAccounts),
        Role::Security => matches!(action, A::GrantRoles | A::ReadAccountTrail),
    }
}

/// How `path` stands to the actor.
#[must_use]
pub fn relation(actor: &Actor, path: &Path) -> Relation {
    if actor.scope.path.contains(path) { Relation::Within } else { Relation::Outside }
}

/// Whether the actor may do the action to a subject at `path`, once he has shown that it is he: what a page offers.
#[must_use]
pub fn may(actor: &Actor, action: Action, path: &Path) -> bool {
    let relation = relation(actor, path);
    // At the machine itself `account` does in one step what takes two people in the page (contract 2).
    let at_the_machine = actor.door == Door::CommandLine
        && relation == Relation::Within
        && matches!(action, Action::ManageAccounts | Action::GrantRoles);
    at_the_machine || allows(actor.role, action, relation)
}

/// Refuses unless the actor may do the action to a subject at `path`.
///
/// # Errors
/// `Forbidden`; `Unproven` where he may, but a program acts for him or he has not shown for too long that it is he.
pub fn require(actor: &Actor, action: Action, path: &Path) -> Result<()> {
    if !may(actor, action, path) {
        return Err(Error::Forbidden);
    }
    match actor.proof {
        Proof::Machine | Proof::Recent => Ok(()),
        Proof::Program if action.needs_a_person() => Err(Error::Unproven(Proof::Program)),
        Proof::Old if action.needs_recent_proof() => Err(Error::Unproven(Proof::Old)),
        Proof::Program | Proof::Old => Ok(()),
    }
}

/// Refuses unless the person himself acts and has shown a short while ago that it is he: for what somebody does to his
/// own account, which no action of the table covers.
///
/// # Errors
/// `Unproven`.
pub fn require_proof(actor: &Actor) -> Result<()> {
    match actor.proof {
        Proof::Machine | Proof::Recent => Ok(()),
        proof @ (Proof::Program | Proof::Old) => Err(Error::Unproven(proof)),
    }
}

/// Refuses unless the actor may do the action to every one of `paths`; whether he may do it at all when there is none.
///
/// # Errors
/// `Forbidden`.
pub fn require_all<'a>(
    actor: &Actor,
    action: Action,
    paths: impl IntoIterator<Item = &'a Path>,
) -> Result<()> {
    require(actor, action, &actor.scope.path)?;
    paths.into_iter().try_for_each(|path| require(actor, action, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The word of the table for a role, an action and a subject.
    fn word(role: Role, action: Action, path: &Path) -> &'static str {
        let own = Path::root("500237").child("500237101");
        let scope = crate::base::scope::Scope::new(crate::base::ids::CountyId::new(), own);
        let asks = |proof| {
            let actor = Actor { role, proof, door: Door::Web, ..Actor::command_line(scope.clone()) };
            require(&actor, action, path).is_ok()
        };
        match (asks(Proof::Recent), asks(Proof::Old), asks(Proof::Program)) {
            (true, true, true) => "yes",
            (true, false, false) => "proof",
            (true, true, false) => "person",
            (false, false, false) => "-",
            other => panic!("{role:?} {action:?}: {other:?}"),
        }
    }

    /// ASVS 8.3.1
    #[test]
    fn the_table_of_roles_actions_and_relations_is_this() {
        let county = Path::root("500237");
        let town = county.child("500237101");
        let (child, sibling) = (town.child("500237101201"), county.child("500237102"));
        let other = Path::root("500155").child("500155101");
        let kept = include_str!("../../docs/who-may-what.txt");
        let mut text: String = kept.lines().take(6).map(|line| format!("{line}\n")).collect();
        for action in Action::ALL {
            for role in Role::ALL {
                let [own, child, sibling, parent, other] =
                    [&town, &child, &sibling, &county, &other].map(|path| word(role, action, path));
                let (action, role) = (format!("{action:?}"), format!("{role:?}"));
                let line =
                    format!("{action:<18}{role:<15}{own:<8}{child:<8}{sibling:<9}{parent:<8}{other}\n");
                text.push_str(&line);
            }
        }
        if std::env::var_os("CADRE_WRITE").is_some() {
            std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/who-may-what.txt"), &text).unwrap();
        }
        assert_eq!(kept, text);
    }

    #[test]
    fn at_the_machine_accounts_are_managed_and_records_are_not_decided_for_others() {
        let scope = crate::base::scope::Scope::new(crate::base::ids::CountyId::new(), Path::root("500237"));
        let machine = Actor { role: Role::Clerk, ..Actor::command_line(scope) };
        let (own, other) = (Path::root("500237"), Path::root("500155"));
        for action in Action::ALL {
            let expected = allows(Role::Clerk, action, Relation::Within)
                || matches!(action, Action::ManageAccounts | Action::GrantRoles);
            assert_eq!(require(&machine, action, &own).is_ok(), expected, "{action:?}");
            assert!(require(&machine, action, &other).is_err(), "{action:?}");
        }
    }

    #[test]
    fn only_supervisors_vet() {
        for role in Role::ALL {
            assert_eq!(allows(role, Action::Vet, Relation::Within), role == Role::Supervisor, "{role:?}");
        }
    }

    #[test]
    fn nobody_may_do_anything_outside_his_subtree() {
        for role in Role::ALL {
            for action in Action::ALL {
                assert!(!allows(role, action, Relation::Outside), "{role:?} {action:?}");
            }
        }
    }

    #[test]
    fn administrators_and_security_officers_see_no_member() {
        for role in [Role::Administrator, Role::Security] {
            for action in [Action::SeeRecords, Action::RevealIdentifier, Action::Export, Action::EnterRecords]
            {
                assert!(!allows(role, action, Relation::Within), "{role:?} {action:?}");
            }
        }
    }
}
