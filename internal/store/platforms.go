package store

import (
	"omniconnector/integration"
)

type platformRow struct {
	TenantID integration.TenantID
	Source   string
	DataURL  string `gorm:"column:data_url"`
	CallURL  string `gorm:"column:call_url"`
	Token    []byte
	Login    []byte
	Password []byte
	UserID   int64
	AppID    int64
	SavedAt  int64
}

// TableName names the table for gorm.
func (platformRow) TableName() string { return "platforms" }
