package minio

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

func (f *fakeAdmin) group(query url.Values, _ []byte) ([]byte, *refusal) {
	group := f.groups[query.Get("group")]
	if group == nil {
		return nil, groupGone
	}
	return plain(map[string]any{"name": group.Name, "status": group.Status, "policy": group.Policy, "members": group.Members})
}

func (f *fakeAdmin) updateMembers(_ url.Values, body []byte) ([]byte, *refusal) {
	var change struct {
		Group    string
		Members  []string
		IsRemove bool
	}
	_ = json.Unmarshal(body, &change)
	for _, member := range change.Members {
		if f.users[member] == nil {
			return nil, userGone
		}
	}
	group := f.groups[change.Group]
	switch {
	case group == nil && change.IsRemove:
		return nil, groupGone
	case group == nil:
		f.groups[change.Group] = &groupInfo{Name: change.Group, Status: enabled, Members: change.Members}
	case !change.IsRemove:
		group.Members = append(without(group.Members, change.Members), change.Members...)
	case len(change.Members) > 0:
		group.Members = without(group.Members, change.Members)
	case len(group.Members) > 0:
		return nil, &refusal{"XMinioAdminGroupNotEmpty", "The specified group is not empty - cannot remove it."}
	default:
		delete(f.groups, change.Group)
	}
	return nil, nil
}

func (f *fakeAdmin) setGroupStatus(query url.Values, _ []byte) ([]byte, *refusal) {
	group := f.groups[query.Get("group")]
	if group == nil {
		return nil, groupGone
	}
	group.Status = query.Get("status")
	return nil, nil
}

// policy is given back in other words than it was set with, as MinIO does.
func (f *fakeAdmin) policy(query url.Values, _ []byte) ([]byte, *refusal) {
	text, exists := f.policies[query.Get("name")]
	if !exists {
		return nil, policyGone
	}
	compact, _ := normalized(text)
	return []byte(compact + "\n"), nil
}

func (f *fakeAdmin) addPolicy(query url.Values, body []byte) ([]byte, *refusal) {
	f.policies[query.Get("name")] = string(body)
	return nil, nil
}

// removePolicy does not mind that there is none, as MinIO does not.
func (f *fakeAdmin) removePolicy(query url.Values, _ []byte) ([]byte, *refusal) {
	name := query.Get("name")
	for _, user := range f.users {
		if slices.Contains(strings.Split(user.Policy, ","), name) {
			return nil, policyInUse
		}
	}
	delete(f.policies, name)
	return nil, nil
}

func (f *fakeAdmin) setPolicies(query url.Values, _ []byte) ([]byte, *refusal) {
	user, group := f.users[query.Get("userOrGroup")], f.groups[query.Get("userOrGroup")]
	for _, name := range strings.Split(query.Get("policyName"), ",") {
		if _, made := f.policies[name]; !made && name != "" && name != "readonly" {
			return nil, policyGone
		}
	}
	switch isGroup := query.Get("isGroup") == "true"; {
	case isGroup && group != nil:
		group.Policy = query.Get("policyName")
	case !isGroup && user != nil:
		user.Policy = query.Get("policyName")
	default:
		return nil, userGone
	}
	return nil, nil
}

func (f *fakeAdmin) addAccount(_ url.Values, body []byte) ([]byte, *refusal) {
	var asked struct {
		TargetUser string
		Policy     json.RawMessage
	}
	f.unseal(body, &asked)
	if f.users[asked.TargetUser] == nil {
		return nil, &refusal{noSuchUser, fmt.Sprintf("Specified target user %s does not exist", asked.TargetUser)}
	}
	f.accounts["key"] = &fakeAccount{accountInfo{asked.TargetUser, "on", string(asked.Policy)}, "first"}
	return f.sealed(map[string]any{"credentials": map[string]string{"accessKey": "key", "secretKey": "first"}})
}

var accountGone = &refusal{"XMinioAdminServiceAccountNotFound", "The specified service account is not found (Specified service account does not exist)"}

func (f *fakeAdmin) account(query url.Values, _ []byte) ([]byte, *refusal) {
	account := f.accounts[query.Get("accessKey")]
	if account == nil {
		return nil, accountGone
	}
	return f.sealed(map[string]string{"parentUser": account.ParentUser, "accountStatus": account.AccountStatus, "policy": account.Policy})
}

func (f *fakeAdmin) updateAccount(query url.Values, body []byte) ([]byte, *refusal) {
	account := f.accounts[query.Get("accessKey")]
	if account == nil {
		return nil, accountGone
	}
	var change accountChange
	f.unseal(body, &change)
	if account.Policy = string(change.Policy); change.Policy == nil {
		account.Policy = emptyPolicy
	}
	if change.Secret != "" {
		account.secret = change.Secret
	}
	if change.Status != "" {
		account.AccountStatus = change.Status
	}
	return nil, nil
}

func (f *fakeAdmin) removeAccount(query url.Values, _ []byte) ([]byte, *refusal) {
	if f.accounts[query.Get("accessKey")] == nil {
		return nil, accountGone
	}
	delete(f.accounts, query.Get("accessKey"))
	return nil, nil
}

// listAccounts lists as older and newer servers do.
func (f *fakeAdmin) listAccounts(query url.Values, _ []byte) ([]byte, *refusal) {
	keys := []any{"other"}
	for key, account := range f.accounts {
		if account.ParentUser == query.Get("user") {
			keys = append(keys, map[string]string{"accessKey": key})
		}
	}
	return f.sealed(map[string]any{"accounts": keys})
}
