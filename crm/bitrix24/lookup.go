package bitrix24

import (
	"context"

	"omniconnector/crm"
)

// LookUp reads back by natural key whether calls that are in doubt were carried out,
// all in one batch. NotFound means: send it again. That is safe because
//   - a Create that happened is found by originatorId and originId;
//   - a Register that happened but is not finished cannot be found, yet the portal answers its
//     repetition with the same CALL_ID for 30 minutes, EXTERNAL_CALL_ID being part of the key (contract
//     §4.2). Later it would make a second call, of which only the finished one is ever seen;
//   - a Finish, an AttachRecord or a Transcribe that happened shows in the statistics (contract §4.9);
//   - an AddActivity that happened is found by its ORIGIN_ID, a Comment by its text among the newest of its record;
//   - an EditComment that happened is told by the comment's text. One that did not must not be sent again before the portal can no
//     longer be at it: it might arrive after a newer text;
//   - everything else may be repeated at will: an Update adds only what its record lacks, a Notify replaces its own notice.
//
// An Unavailable outcome means that nothing could be found out.
func (c *Client) LookUp(ctx context.Context, calls []crm.Call, answers crm.Answers) []crm.Outcome {
	r := newRequest(c, answers)
	doubt := map[string]crm.Command{}
	for _, call := range calls {
		doubt[call.Key] = call.Do
	}
	for _, call := range calls {
		u := &unit{call: call, first: len(r.commands), count: 1}
		r.units = append(r.units, u)
		cmd, read, e := r.lookUp(u, doubt)
		if e == nil {
			e = c.meter.refuse(cmd.method)
		}
		if e == nil && len(r.commands) == maxCommands {
			e = &crm.Error{Kind: crm.Unavailable, Method: methodBatch, Code: codeFull, Text: "no room in this request"}
		}
		if e != nil {
			u.settle(nil, e)
			continue
		}
		u.read = read
		r.commands = append(r.commands, cmd)
	}
	if len(r.commands) == 0 {
		return r.outcomes()
	}
	replies, e := c.batch(ctx, r.commands)
	if e != nil {
		return r.failed(unread(e))
	}
	for _, u := range r.units {
		u.conclude(replies)
		if u.out.Err != nil {
			u.out.Err = unread(u.out.Err)
		}
	}
	return r.outcomes()
}

// unread makes an ambiguous look a fruitless one: it changed nothing.
func unread(e *crm.Error) *crm.Error {
	if e.Kind == crm.Ambiguous {
		e = clone(e)
		e.Kind = crm.Unavailable
	}
	return e
}

func absent(do crm.Command) *crm.Error {
	return &crm.Error{Kind: crm.NotFound, Method: do.Name(), Text: "nothing of it is there"}
}

// lookUp compiles one look. Doubt holds all commands that are looked up together.
func (r *request) lookUp(u *unit, doubt map[string]crm.Command) (command, reading, *crm.Error) {
	switch do := u.call.Do.(type) {
	case crm.Create:
		return lookUpCreate(do)
	case crm.Register:
		cmd := command{methodStatistic, statisticBy("EXTERNAL_CALL_ID", do.ExternalID)}
		return cmd, found(do, func(s statistic) (any, bool) {
			return crm.Registered{CallID: string(s.CallID)}, s.CallID != ""
		}), nil
	case crm.Finish:
		cmd, e := r.lookUpCall(u, do.Call, doubt)
		return cmd, found(do, func(s statistic) (any, bool) { return crm.Finished{Activity: int64(s.Activity)}, true }), e
	case crm.AttachRecord:
		cmd, e := r.lookUpCall(u, do.Call, doubt)
		return cmd, found(do, func(s statistic) (any, bool) { return crm.UploadTo{Have: true}, s.hasRecord() }), e
	case crm.Transcribe:
		cmd, e := r.lookUpCall(u, do.Call, doubt)
		return cmd, found(do, func(s statistic) (any, bool) { return nil, s.Transcript > 0 }), e
	case crm.AddActivity:
		return lookUpActivity(do)
	case crm.Comment:
		return r.lookUpComment(u, do)
	case crm.EditComment:
		return r.lookUpEdit(u, do)
	case nil:
		return command{}, nil, invalid("", "", "no command")
	}
	return command{}, nil, absent(u.call.Do)
}

func lookUpCreate(do crm.Create) (command, reading, *crm.Error) {
	kind := entityType(do.Kind)
	if kind == 0 || do.OriginID == "" {
		return command{}, nil, invalid(methodItemList, "", "kind and origin are required")
	}
	cmd := command{methodItemList, params{
		"entityTypeId": kind, "filter": params{"=originatorId": originator, "=originId": do.OriginID},
		"order": params{"id": "ASC"}, "select": list([]string{"id", "createdTime"}), "start": -1,
	}}
	return cmd, func(own []reply) (any, *crm.Error) {
		var page struct {
			Items rows[item] `json:"items"`
		}
		if e := own[0].into(&page); e != nil {
			return nil, e
		}
		if len(page.Items) == 0 || page.Items[0].ID <= 0 {
			return nil, absent(do)
		}
		// Somebody may have changed it since: our own write was at its creation.
		return crm.Made{ID: int64(page.Items[0].ID), At: page.Items[0].Created.Time}, nil
	}, nil
}

// lookUpCall finds a finished call by its id or, while its registration is in doubt too, by our own key.
func (r *request) lookUpCall(u *unit, call crm.Ref, doubt map[string]crm.Command) (command, *crm.Error) {
	if call.Call != "" {
		return command{methodStatistic, statisticBy("CALL_ID", call.Call)}, nil
	}
	if id := answered(r.answers[call.Of], aCall); id != nil {
		return command{methodStatistic, statisticBy("CALL_ID", id)}, nil
	}
	if registered, ok := doubt[call.Of].(crm.Register); ok {
		return command{methodStatistic, statisticBy("EXTERNAL_CALL_ID", registered.ExternalID)}, nil
	}
	return command{}, skipped(u.call.Do.Name(), "the call was not registered")
}

func found(do crm.Command, take func(statistic) (any, bool)) reading {
	return func(own []reply) (any, *crm.Error) {
		row, there, e := readStatistic(own[0])
		if e != nil {
			return nil, e
		}
		if there {
			if v, ok := take(row); ok {
				return v, nil
			}
		}
		return nil, absent(do)
	}
}
