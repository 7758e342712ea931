package bitrix24

import (
	"encoding/json"

	"omniconnector/crm"
)

// reading turns the replies of a call's own commands into its result.
type reading func(own []reply) (any, *crm.Error)

// unit is one crm.Call within a request.
type unit struct {
	call  crm.Call
	first int // index of its first command
	count int
	read  reading
	// deps are earlier units of this request that it points at.
	deps []*unit
	// local is set when the call was settled without the portal.
	local *crm.Outcome
	// none tells that the call was carried out but made no record to point at.
	none bool
	out  crm.Outcome
}

// request compiles calls into the commands of one batch.
type request struct {
	client   *Client
	answers  crm.Answers
	commands commands
	units    []*unit
	byKey    map[string]*unit
}

func newRequest(c *Client, answers crm.Answers) *request {
	return &request{client: c, answers: answers, byKey: map[string]*unit{}}
}

// target is what kind of id a reference asks for.
type target int

const (
	anEntity target = iota
	aCall
	anActivity
	aComment
)

// add compiles one call; what cannot be sent is settled on the spot.
func (r *request) add(call crm.Call) *unit {
	u := &unit{call: call, first: len(r.commands)}
	r.units = append(r.units, u)
	defer func() { r.byKey[call.Key] = u }()
	if e := r.client.meter.refuse(methods(call.Do)...); e != nil {
		u.settle(nil, e)
		return u
	}
	cs, read, e := r.compile(u)
	if e != nil {
		u.deps = nil
		u.settle(nil, e)
		return u
	}
	if len(cs) == 0 {
		v, e := read(nil)
		u.settle(v, e)
		return u
	}
	u.count, u.read = len(cs), read
	r.commands = append(r.commands, cs...)
	return u
}

// compile asks the command's own file. Commands begin at index u.first of the batch.
func (r *request) compile(u *unit) (commands, reading, *crm.Error) {
	switch do := u.call.Do.(type) {
	case crm.Find:
		return r.find(u, do)
	case crm.Create:
		return r.create(u, do)
	case crm.Update:
		return r.update(u, do)
	case crm.Register:
		return r.register(u, do)
	case crm.ShowCard:
		return r.card(u, methodShow, do.Call, do.Users)
	case crm.HideCard:
		return r.card(u, methodHide, do.Call, do.Users)
	case crm.Finish:
		return r.finish(u, do)
	case crm.SetActivity:
		return r.setActivity(u, do)
	case crm.BindActivity:
		return r.bindActivity(u, do)
	case crm.AttachRecord:
		return r.attachRecord(u, do)
	case crm.AddActivity:
		return r.addActivity(u, do)
	case crm.Comment:
		return r.comment(u, do)
	case crm.EditComment:
		return r.editComment(u, do)
	case crm.Notify:
		return r.notify(u, do)
	case crm.Transcribe:
		return r.transcribe(u, do)
	case crm.List:
		return r.list(do)
	case crm.Read:
		return r.readOne(do)
	case crm.Sync, crm.Prepare, crm.Index, crm.Refresh:
		return nil, nil, invalid(do.Name(), "", "it takes several requests and is no command of one")
	case nil:
		return nil, nil, invalid("", "", "no command")
	}
	return nil, nil, invalid(u.call.Do.Name(), "", "this command is unknown here")
}

// methods are the REST methods that a command compiles to, for packing. It may name more than
// are sent in the end, never fewer.
func methods(do crm.Command) []string {
	switch do := do.(type) {
	case crm.Find:
		return findMethods(do)
	case crm.Create:
		return []string{methodItemAdd}
	case crm.Update:
		return updateMethods(do)
	case crm.Register:
		return []string{methodRegister}
	case crm.ShowCard:
		return []string{methodShow}
	case crm.HideCard:
		return []string{methodHide}
	case crm.Finish:
		return []string{methodFinish}
	case crm.SetActivity:
		return []string{methodActivityUpdate}
	case crm.BindActivity:
		return []string{methodBindingAdd}
	case crm.AttachRecord:
		return []string{methodStatistic, methodAttach}
	case crm.AddActivity:
		return []string{methodActivityAdd}
	case crm.Comment:
		return []string{methodCommentAdd}
	case crm.EditComment:
		return []string{methodCommentUpdate, methodCommentGet, methodItemList}
	case crm.Notify:
		return []string{methodNotify}
	case crm.Transcribe:
		return []string{methodTranscribe}
	case crm.List, crm.Read:
		return []string{methodItemList}
	}
	return nil
}

func (u *unit) settle(v any, e *crm.Error) {
	u.local = &crm.Outcome{Key: u.call.Key, Result: v, Err: e}
}

// refer resolves a reference: to an id that is known, to `$result[…]` of a call in this request,
// or to nil for an optional one whose target failed for good. A call that the portal registered by
// itself is told by its own id (T-8).
func (r *request) refer(u *unit, ref crm.Ref, want target) (any, *crm.Error) {
	name := u.call.Do.Name()
	if want == aCall && ref.Call != "" {
		return ref.Call, nil
	}
	if ref.Of == "" {
		if ref.ID > 0 && want != aCall {
			return ref.ID, nil
		}
		return nil, invalid(name, codeReference, "points at nothing")
	}
	if to, ok := r.byKey[ref.Of]; ok {
		return r.referWithin(u, to, ref, want)
	}
	if v := answered(r.answers[ref.Of], want); v != nil {
		return v, nil
	}
	if ref.Optional {
		return nil, nil
	}
	if _, ok := r.answers[ref.Of]; ok {
		return nil, skipped(name, "what it points at has made no record")
	}
	return nil, skipped(name, "what it points at was not carried out")
}

func (r *request) referWithin(u, to *unit, ref crm.Ref, want target) (any, *crm.Error) {
	if to.local != nil {
		e := to.local.Err
		if ref.Optional && e != nil && (e.Kind == crm.Invalid || e.Kind == crm.NotFound) {
			return nil, nil
		}
		return nil, skipped(u.call.Do.Name(), "what it points at was not sent")
	}
	var v reference
	switch to.call.Do.(type) {
	case crm.Create:
		if want == anEntity {
			v = result(to.first, "item", "id")
		}
	case crm.Register:
		if want == aCall {
			v = result(to.first, "CALL_ID")
		}
	case crm.Finish:
		if want == anActivity {
			v = result(to.first, "CRM_ACTIVITY_ID")
		}
	case crm.AddActivity:
		if want == anActivity {
			v = result(to.first)
		}
	case crm.Comment:
		if want == aComment {
			v = result(to.first)
		}
	}
	if v == "" {
		return nil, invalid(u.call.Do.Name(), codeReference, "points at a command that makes no such record")
	}
	u.deps = append(u.deps, to)
	return v, nil
}

// answered reads an id from a stored result; nil when it is not there.
func answered(stored json.RawMessage, want target) any {
	var all struct {
		ID       ID   `json:"id"`
		CallID   Text `json:"call_id"`
		Activity ID   `json:"activity"`
	}
	if len(stored) == 0 || json.Unmarshal(stored, &all) != nil {
		return nil
	}
	switch {
	case (want == anEntity || want == aComment) && all.ID > 0:
		return int64(all.ID)
	case want == aCall && all.CallID != "":
		return string(all.CallID)
	case want == anActivity && all.Activity > 0:
		return int64(all.Activity)
	}
	return nil
}
