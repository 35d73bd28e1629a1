import Model from "./base";

class Team extends Model {
  name!: string;
  async rename(name: string) {
    this.name = name;
    await this.save();
    return this.reload();
  }
}

export default Team;
