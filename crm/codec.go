package crm

import (
	"encoding/json"
	"fmt"
)

// Name is "find_customer".
func (Find) Name() string { return "find_customer" }

// Name is "create".
func (Create) Name() string { return "create" }

// Name is "update".
func (Update) Name() string { return "update" }

// Name is "register_call".
func (Register) Name() string { return "register_call" }

// Name is "show_card".
func (ShowCard) Name() string { return "show_card" }

// Name is "hide_card".
func (HideCard) Name() string { return "hide_card" }

// Name is "finish_call".
func (Finish) Name() string { return "finish_call" }

// Name is "set_activity".
func (SetActivity) Name() string { return "set_activity" }

// Name is "bind_activity".
func (BindActivity) Name() string { return "bind_activity" }

// Name is "attach_record".
func (AttachRecord) Name() string { return "attach_record" }

// Name is "sync_directory".
func (Sync) Name() string { return "sync_directory" }

// Name is "add_activity".
func (AddActivity) Name() string { return "add_activity" }

// Name is "comment".
func (Comment) Name() string { return "comment" }

// Name is "edit_comment".
func (EditComment) Name() string { return "edit_comment" }

// Name is "notify".
func (Notify) Name() string { return "notify" }

// Name is "transcribe".
func (Transcribe) Name() string { return "transcribe" }

// Name is "list".
func (List) Name() string { return "list" }

// Name is "read".
func (Read) Name() string { return "read" }

// Name is "prepare_portal".
func (Prepare) Name() string { return "prepare_portal" }

// Name is "index_customers".
func (Index) Name() string { return "index_customers" }

// Name is "refresh_customers".
func (Refresh) Name() string { return "refresh_customers" }

// Refs lists the commands that c points at, in the order of its fields.
func Refs(c Command) []Ref {
	var refs []Ref
	add := func(r *Ref) {
		if r != nil && r.Of != "" {
			refs = append(refs, *r)
		}
	}
	fields := func(f *Fields) { add(f.Contact); add(f.Company) }
	switch c := c.(type) {
	case Create:
		fields(&c.Fields)
	case Update:
		add(&c.Entity)
		fields(&c.Fields)
	case Register:
		add(c.Entity)
	case ShowCard:
		add(&c.Call)
	case HideCard:
		add(&c.Call)
	case Finish:
		add(&c.Call)
	case SetActivity:
		add(&c.Activity)
	case BindActivity:
		add(&c.Activity)
		add(&c.Entity)
	case AttachRecord:
		add(&c.Call)
		add(&c.After)
	case AddActivity:
		add(&c.Entity)
	case Comment:
		add(&c.Entity)
	case EditComment:
		add(&c.Comment)
		add(&c.Entity)
	case Notify:
		for i := range c.Links {
			add(&c.Links[i].Entity)
		}
	case Transcribe:
		add(&c.Call)
		add(&c.After)
	}
	return refs
}

// Decode reads a command back from the ledger by its name. An unknown name or
// a damaged body is an error: an action we cannot read is never guessed at.
func Decode(name string, body []byte) (Command, error) {
	read, ok := readers[name]
	if !ok {
		return nil, fmt.Errorf("unknown command %q", name)
	}
	return read(name, body)
}

// readers read commands back by their names.
var readers = map[string]func(name string, body []byte) (Command, error){
	Find{}.Name(): decode[Find], Create{}.Name(): decode[Create], Update{}.Name(): decode[Update],
	Register{}.Name(): decode[Register], ShowCard{}.Name(): decode[ShowCard], HideCard{}.Name(): decode[HideCard],
	Finish{}.Name(): decode[Finish], SetActivity{}.Name(): decode[SetActivity], BindActivity{}.Name(): decode[BindActivity],
	AddActivity{}.Name(): decode[AddActivity], Comment{}.Name(): decode[Comment], Transcribe{}.Name(): decode[Transcribe],
	EditComment{}.Name(): decode[EditComment], Notify{}.Name(): decode[Notify], AttachRecord{}.Name(): decode[AttachRecord], List{}.Name(): decode[List], Read{}.Name(): decode[Read],
	Sync{}.Name(): decode[Sync], Prepare{}.Name(): decode[Prepare], Index{}.Name(): decode[Index], Refresh{}.Name(): decode[Refresh],
}

func decode[C Command](name string, body []byte) (Command, error) {
	var c C
	if err := json.Unmarshal(body, &c); err != nil {
		return nil, fmt.Errorf("command %s: %w", name, err)
	}
	return c, nil
}
