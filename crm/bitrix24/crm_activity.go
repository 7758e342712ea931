package bitrix24

import (
	"slices"
	"strings"

	"omniconnector/crm"
)

// Methods of contract §5.8.
const (
	methodActivityList   = "crm.activity.list"
	methodActivityUpdate = "crm.activity.update"
	methodBindingAdd     = "crm.activity.binding.add"
)

// setActivity compiles crm.activity.update of COMPLETED (contract §5.8).
func (r *request) setActivity(u *unit, do crm.SetActivity) (commands, reading, *crm.Error) {
	id, e := r.refer(u, do.Activity, anActivity)
	if e != nil {
		return nil, nil, e
	}
	if id == nil {
		return nil, nil, skipped(methodActivityUpdate, "there is no activity")
	}
	completed := "N"
	if do.Completed {
		completed = "Y"
	}
	p := params{"id": id, "fields": params{"COMPLETED": completed}}
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
