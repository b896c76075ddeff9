//! Sections, into which people sort threads, and what clients attach to threads.

use serde_json::Value;

use super::common::{Empty, Listed, Page};
use super::method::{notifications, requests};
use super::shape::{self, objects, words};

requests! {
    /// Makes a section.
    ThreadSectionCreate(THREAD_SECTION_CREATE): ThreadSectionCreateParams => ThreadSectionResponse;
    /// The sections.
    ThreadSectionList(THREAD_SECTION_LIST): Page => Listed<ThreadSection>;
    /// Changes a section.
    ThreadSectionUpdate(THREAD_SECTION_UPDATE): ThreadSectionUpdateParams => ThreadSectionResponse;
    /// Deletes a section; its threads stay.
    ThreadSectionDelete(THREAD_SECTION_DELETE): ThreadSectionDeleteParams => Empty;
    /// Moves a thread into a section, or out of its own.
    ThreadSectionMove(THREAD_SECTION_MOVE): ThreadSectionMoveParams => Empty;
    /// Attaches something to a thread.
    ThreadAttachmentAdd(THREAD_ATTACHMENT_ADD): ThreadAttachmentAddParams => ThreadAttachmentAddResponse;
    /// What is attached to a thread.
    ThreadAttachmentList(THREAD_ATTACHMENT_LIST): ThreadAttachmentListParams => Listed<ThreadAttachment>;
    /// Takes something that is attached to a thread away.
    ThreadAttachmentRemove(THREAD_ATTACHMENT_REMOVE): ThreadAttachmentRemoveParams => Empty;
    /// The threads that something is attached to.
    ThreadAttachmentOwnerList(THREAD_ATTACHMENT_OWNER_LIST):
        ThreadAttachmentOwnerListParams => Listed<ThreadAttachmentOwner>;
}

notifications! {
    /// A thread came into a section, or out of its own.
    ThreadSectionChanged(THREAD_SECTION_CHANGED): ThreadSectionChangedNotification;
    /// Something was attached to a thread, or taken away.
    ThreadAttachmentUpdated(THREAD_ATTACHMENT_UPDATED): ThreadAttachmentUpdatedNotification;
}

objects! { "camelCase";

/// A section.
struct ThreadSection {
    /// Its id.
    id: String,
    /// Its name.
    name: String,
} optional {
    /// What it looks like.
    appearance: ThreadSectionAppearance,
}

/// What a section looks like; in words of the client's.
struct ThreadSectionAppearance {} optional {
    /// Its colour.
    color: String,
    /// Its picture.
    icon: String,
}

/// A section to make.
struct ThreadSectionCreateParams: new {
    /// Its name.
    name: String,
} optional {
    /// What it looks like.
    appearance: ThreadSectionAppearance,
}

/// A section to change.
struct ThreadSectionUpdateParams: new {
    /// Its id.
    section_id: String,
    /// Its name.
    name: String,
} optional {
    /// What it looks like; `Some(None)` for nothing special, none for as before.
    #[serde(deserialize_with = "shape::nullable")]
    appearance: Option<ThreadSectionAppearance>,
}

/// A section to delete.
struct ThreadSectionDeleteParams: new {
    /// Its id.
    section_id: String,
}

/// Where to move a thread.
struct ThreadSectionMoveParams: new {
    /// The thread.
    thread_id: String,
    /// The section; none for out of its own. It is sent in either case.
    section_id: Option<String>,
} optional {
    /// The thread that it comes before; it comes last otherwise.
    before_thread_id: String,
}

/// A section.
struct ThreadSectionResponse {
    /// The section.
    section: ThreadSection,
}

/// The section of a thread.
struct ThreadSectionChangedNotification {
    /// The thread.
    thread_id: String,
} optional {
    /// The section; none when it is out of its own.
    section_id: String,
}

/// Something that is attached to a thread.
struct ThreadAttachment {
    /// Its id.
    id: String,
    /// What kind of thing it is, in words of the client's.
    attachment_type: String,
    /// What it is known by among its kind.
    identity_key: String,
    /// What it consists of.
    payload: Value,
    /// When it was attached; Unix time in seconds.
    created_at: i64,
}

/// What to attach.
struct ThreadAttachmentAddParams: new {
    /// To which thread.
    thread_id: String,
    /// What kind of thing it is.
    attachment_type: String,
    /// What it is known by among its kind.
    identity_key: String,
    /// What it consists of.
    payload: Value,
}

/// What is attached now.
struct ThreadAttachmentAddResponse {
    /// It.
    attachment: ThreadAttachment,
    /// Whether it is new.
    outcome: ThreadAttachmentAddOutcome,
}

/// Whose attachments to list.
struct ThreadAttachmentListParams: new {
    /// The thread.
    thread_id: String,
} optional {
    /// Where the page before ended.
    cursor: String,
    /// At most so many.
    limit: u32,
}

/// What to take away.
struct ThreadAttachmentRemoveParams: new {
    /// From which thread.
    thread_id: String,
    /// What kind of thing it is.
    attachment_type: String,
    /// What it is known by among its kind.
    identity_key: String,
}

/// What to look for.
struct ThreadAttachmentOwnerListParams: new {
    /// What kind of thing it is.
    attachment_type: String,
    /// What it is known by among its kind.
    identity_key: String,
} optional {
    /// Only archived threads, or only others; all by default.
    archived: bool,
    /// Where the page before ended.
    cursor: String,
    /// At most so many.
    limit: u32,
}

/// A thread that something is attached to.
struct ThreadAttachmentOwner {
    /// The thread.
    thread_id: String,
    /// Whether it is archived.
    archived: bool,
}

/// A change of what is attached to a thread.
struct ThreadAttachmentUpdatedNotification {
    /// The thread.
    thread_id: String,
    /// The id of what is attached.
    attachment_id: String,
    /// What kind of thing it is.
    attachment_type: String,
    /// What it is known by among its kind.
    identity_key: String,
    /// What happened to it.
    operation: ThreadAttachmentOperation,
}

}

words! {
    /// Whether an attachment is new.
    enum ThreadAttachmentAddOutcome { Created = "created", Existing = "existing" }
    /// What happened to an attachment.
    enum ThreadAttachmentOperation { Created = "created", Deleted = "deleted" }
}
