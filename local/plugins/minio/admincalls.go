package minio

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// parameters makes a query of names, each followed by its value.
func parameters(pairs ...string) url.Values {
	query := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		query.Set(pairs[i], pairs[i+1])
	}
	return query
}

func (a *admin) get(ctx context.Context, action string, query url.Values, into any) error {
	answer, err := a.call(ctx, http.MethodGet, action, query, nil)
	if err != nil {
		return err
	}
	return json.Unmarshal(answer, into)
}

func (a *admin) put(ctx context.Context, action string, query url.Values, body []byte) error {
	_, err := a.call(ctx, http.MethodPut, action, query, body)
	return err
}

// userInfo is what is known of a user; its policies are separated by commas.
type userInfo struct {
	PolicyName, Status string
	MemberOf           []string
}

func (a *admin) getUser(ctx context.Context, name string) (found userInfo, err error) {
	err = a.get(ctx, "user-info", parameters("accessKey", name), &found)
	return found, err
}

func (a *admin) putUser(ctx context.Context, name, secret, status string) error {
	user := map[string]string{"secretKey": secret, "status": status}
	_, err := a.callSealed(ctx, http.MethodPut, "add-user", parameters("accessKey", name), user)
	return err
}

func (a *admin) setUserStatus(ctx context.Context, name, status string) error {
	return a.put(ctx, "set-user-status", parameters("accessKey", name, "status", status), nil)
}

func (a *admin) removeUser(ctx context.Context, name string) error {
	_, err := a.call(ctx, http.MethodDelete, "remove-user", parameters("accessKey", name), nil)
	return err
}

// groupInfo is what is known of a group; its policies are separated by commas.
type groupInfo struct {
	Name, Status, Policy string
	Members              []string
}

func (a *admin) getGroup(ctx context.Context, name string) (found groupInfo, err error) {
	err = a.get(ctx, "group", parameters("group", name), &found)
	return found, err
}

// addMembers also makes the group.
func (a *admin) addMembers(ctx context.Context, group string, members []string) error {
	return a.updateMembers(ctx, group, members, false)
}

// removeMembers removes an empty group if there are none to remove.
func (a *admin) removeMembers(ctx context.Context, group string, members []string) error {
	return a.updateMembers(ctx, group, members, true)
}

func (a *admin) updateMembers(ctx context.Context, group string, members []string, remove bool) error {
	body, err := json.Marshal(map[string]any{"group": group, "members": members, "isRemove": remove})
	if err != nil {
		return err
	}
	return a.put(ctx, "update-group-members", nil, body)
}

func (a *admin) setGroupStatus(ctx context.Context, name, status string) error {
	return a.put(ctx, "set-group-status", parameters("group", name, "status", status), nil)
}

func (a *admin) getPolicy(ctx context.Context, name string) (string, error) {
	answer, err := a.call(ctx, http.MethodGet, "info-canned-policy", parameters("name", name), nil)
	return strings.TrimSpace(string(answer)), err
}

func (a *admin) putPolicy(ctx context.Context, name, text string) error {
	return a.put(ctx, "add-canned-policy", parameters("name", name), []byte(text))
}

func (a *admin) removePolicy(ctx context.Context, name string) error {
	_, err := a.call(ctx, http.MethodDelete, "remove-canned-policy", parameters("name", name), nil)
	return err
}

// setPolicies gives a user or a group these policies and no others.
func (a *admin) setPolicies(ctx context.Context, policies []string, holder string, isGroup bool) error {
	query := parameters("policyName", strings.Join(policies, ","), "userOrGroup", holder, "isGroup", strconv.FormatBool(isGroup))
	return a.put(ctx, "set-user-or-group-policy", query, nil)
}

func (a *admin) setQuota(ctx context.Context, bucket string, bytes int64) error {
	body, err := json.Marshal(map[string]any{"quota": bytes, "quotatype": "hard"})
	if err != nil {
		return err
	}
	return a.put(ctx, "set-bucket-quota", parameters("bucket", bucket), body)
}

// accountKeys are a new service account's.
type accountKeys struct{ AccessKey, SecretKey string }

func (a *admin) addAccount(ctx context.Context, user string, policy json.RawMessage) (accountKeys, error) {
	var made struct{ Credentials accountKeys }
	account := map[string]any{"targetUser": user, "policy": policy}
	answer, err := a.callSealed(ctx, http.MethodPut, "add-service-account", nil, account)
	if err == nil {
		err = json.Unmarshal(answer, &made)
	}
	return made.Credentials, err
}

// accountInfo is what is known of a service account.
type accountInfo struct{ ParentUser, AccountStatus, Policy string }

func (a *admin) getAccount(ctx context.Context, key string) (found accountInfo, err error) {
	answer, err := a.callSealed(ctx, http.MethodGet, "info-service-account", parameters("accessKey", key), nil)
	if err == nil {
		err = json.Unmarshal(answer, &found)
	}
	return found, err
}

// accountChange is what a service account is to get. What is empty stays, but the policy: it goes unless it is repeated.
type accountChange struct {
	Policy json.RawMessage `json:"newPolicy,omitempty"`
	Secret string          `json:"newSecretKey,omitempty"`
	Status string          `json:"newStatus,omitempty"`
}

func (a *admin) changeAccount(ctx context.Context, key string, change accountChange) error {
	_, err := a.callSealed(ctx, http.MethodPost, "update-service-account", parameters("accessKey", key), change)
	return err
}

func (a *admin) removeAccount(ctx context.Context, key string) error {
	_, err := a.call(ctx, http.MethodDelete, "delete-service-account", parameters("accessKey", key), nil)
	return err
}

// A listedAccount is its key, which older servers list alone and newer ones with other fields.
type listedAccount string

// UnmarshalJSON reads both.
func (l *listedAccount) UnmarshalJSON(text []byte) error {
	var account struct{ AccessKey string }
	if json.Unmarshal(text, &account) != nil {
		return json.Unmarshal(text, (*string)(l))
	}
	*l = listedAccount(account.AccessKey)
	return nil
}

// listAccounts gives the keys of a user's service accounts.
func (a *admin) listAccounts(ctx context.Context, user string) ([]listedAccount, error) {
	var found struct{ Accounts []listedAccount }
	answer, err := a.callSealed(ctx, http.MethodGet, "list-service-accounts", parameters("user", user), nil)
	if err == nil {
		err = json.Unmarshal(answer, &found)
	}
	return found.Accounts, err
}
