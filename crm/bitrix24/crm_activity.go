package bitrix24

import (
	"slices"
	"strings"
	"time"

	"omniconnector/crm"
)

// Methods of contract §5.8.
const (
	methodActivityAdd    = "crm.activity.add"
	methodActivityList   = "crm.activity.list"
	methodActivityUpdate = "crm.activity.update"
	methodBindingAdd     = "crm.activity.binding.add"
)

// A conversation's activity is of the provider that the portal keeps for applications' own activities; the type is ours to name. An
// activity of a meeting, an e-mail or an open line would bring buttons and rules of the portal's that are not the conversation's, a
// to-do has no field for a key of ours, and a configurable one is updated by another method than all the others (contract §5.8).
const (
	typeProvider = 6
	providerApp  = "REST_APP"
	chatType     = "CHAT"
)

// providerCall is who makes the activities of calls, the portal's own and ours alike: a missed one is found by it (T-3).
const providerCall = "VOXIMPLANT_CALL"

// addActivity compiles crm.activity.add of a call or a conversation, with our natural key in it (contract §5.8).
func (r *request) addActivity(u *unit, do crm.AddActivity) (commands, reading, *crm.Error) {
	kind := entityType(do.Kind)
	direction := map[crm.Direction]int{crm.Incoming: 1, crm.Outgoing: 2}[do.Direction]
	if kind == 0 || direction == 0 || do.OriginID == "" || do.User <= 0 || do.Subject == "" || do.Phone == "" && !do.Chat {
		return nil, nil, invalid(methodActivityAdd, "", "kind, direction, origin, user and subject are required, and a call's phone")
	}
	owner, e := r.refer(u, do.Entity, anEntity)
	if e != nil {
		return nil, nil, e
	}
	if owner == nil {
		return nil, nil, skipped(methodActivityAdd, "the record it belongs to was not made")
	}
	fields := params{
		"OWNER_TYPE_ID": kind, "OWNER_ID": owner, "TYPE_ID": 2, "PROVIDER_ID": providerCall, "PROVIDER_TYPE_ID": "CALL",
		"SUBJECT": do.Subject, "RESPONSIBLE_ID": int64(do.User), "DIRECTION": direction, "COMPLETED": yes(do.Completed),
		"ORIGINATOR_ID": originator, "ORIGIN_ID": do.OriginID,
	}
	if do.Chat {
		fields["TYPE_ID"], fields["PROVIDER_ID"], fields["PROVIDER_TYPE_ID"] = typeProvider, providerApp, chatType
	}
	if do.Phone != "" {
		fields["COMMUNICATIONS"] = []any{params{"TYPE": "PHONE", "VALUE": do.Phone, "ENTITY_TYPE_ID": kind, "ENTITY_ID": owner}}
	}
	for name, at := range map[string]time.Time{"START_TIME": do.StartedAt, "END_TIME": do.EndedAt} {
		if !at.IsZero() {
			fields[name] = at.Format(isoTime)
		}
	}
	return commands{{methodActivityAdd, params{"fields": fields}}}, func(own []reply) (any, *crm.Error) {
		id, e := madeID(own[0])
		return crm.Finished{Activity: id}, e
	}, nil
}

// madeID reads the answer of old methods, which is the bare id of what was made.
func madeID(r reply) (int64, *crm.Error) {
	var id ID
	if e := r.into(&id); e != nil {
		return 0, e
	}
	if id <= 0 {
		return 0, strange(r.method, "the record has no id")
	}
	return int64(id), nil
}

func yes(b bool) string {
	if b {
		return "Y"
	}
	return "N"
}

// lookUpActivity finds an activity by our natural key. The originator is compared here: it is not told to be filterable (contract §5.8).
func lookUpActivity(do crm.AddActivity) (command, reading, *crm.Error) {
	if do.OriginID == "" {
		return command{}, nil, invalid(methodActivityList, "", "an origin is required")
	}
	cmd := command{methodActivityList, params{
		"filter": params{"ORIGIN_ID": do.OriginID}, "order": params{"ID": "ASC"},
		"select": list([]string{"ID", "ORIGINATOR_ID", "ORIGIN_ID"}), "start": -1,
	}}
	return cmd, func(own []reply) (any, *crm.Error) {
		var page rows[struct {
			ID         ID   `json:"ID"`
			Originator Text `json:"ORIGINATOR_ID"`
			Origin     Text `json:"ORIGIN_ID"`
		}]
		if e := own[0].into(&page); e != nil {
			return nil, e
		}
		for _, a := range page {
			if a.ID > 0 && a.Originator == originator && string(a.Origin) == do.OriginID {
				return crm.Finished{Activity: int64(a.ID)}, nil
			}
		}
		return nil, absent(do)
	}, nil
}

// setActivity compiles crm.activity.update of COMPLETED and, when a user is given, of the responsible (contract §5.8).
func (r *request) setActivity(u *unit, do crm.SetActivity) (commands, reading, *crm.Error) {
	id, e := r.refer(u, do.Activity, anActivity)
	if e != nil {
		return nil, nil, e
	}
	if id == nil {
		return nil, nil, skipped(methodActivityUpdate, "there is no activity")
	}
	fields := params{"COMPLETED": yes(do.Completed)}
	if do.User > 0 {
		fields["RESPONSIBLE_ID"] = int64(do.User)
	}
	p := params{"id": id, "fields": fields}
	return commands{{methodActivityUpdate, p}}, func(own []reply) (any, *crm.Error) {
		if own[0].isFalse() {
			return nil, invalid(methodActivityUpdate, "", "the portal did not update the activity")
		}
		return nil, own[0].err
	}, nil
}

// bindActivity compiles crm.activity.binding.add; a binding that is there already is what was wanted (contract §5.8).
func (r *request) bindActivity(u *unit, do crm.BindActivity) (commands, reading, *crm.Error) {
	kind := entityType(do.Kind)
	if kind == 0 {
		return nil, nil, invalid(methodBindingAdd, "", "unknown kind")
	}
	activity, e := r.refer(u, do.Activity, anActivity)
	if e != nil {
		return nil, nil, e
	}
	entity, e := r.refer(u, do.Entity, anEntity)
	if e != nil {
		return nil, nil, e
	}
	if activity == nil || entity == nil {
		return nil, nil, skipped(methodBindingAdd, "what it points at was not carried out")
	}
	p := params{"activityId": activity, "entityTypeId": kind, "entityId": entity}
	return commands{{methodBindingAdd, p}}, func(own []reply) (any, *crm.Error) {
		// The vendor's page says ACTIVITY_IS_ALREADY_BOUND (seen 2026-08-21).
		if e := own[0].err; e != nil && !strings.Contains(strings.ToUpper(e.Code), "ALREADY") {
			return nil, e
		}
		return nil, nil
	}, nil
}

// readMissed keeps activities whose owner is one of the customer's records, by entity type.
func readMissed(r reply, owners map[ID]map[int64]bool) ([]int64, *crm.Error) {
	var page rows[struct {
		ID    ID `json:"ID"`
		Owner ID `json:"OWNER_ID"`
		Type  ID `json:"OWNER_TYPE_ID"`
	}]
	if e := r.into(&page); e != nil {
		return nil, e
	}
	var out []int64
	for _, a := range page {
		if a.ID > 0 && owners[a.Type][int64(a.Owner)] && !slices.Contains(out, int64(a.ID)) {
			out = append(out, int64(a.ID))
		}
	}
	return out, nil
}
