import { Model as SequelizeModel } from "sequelize";

class Model<Attributes extends object = any> extends SequelizeModel<Attributes> {
  static createIn(context: object, values: object) {
    return this.create(values, context);
  }
  saveIn(context: object) {
    return this.save(context);
  }
  label() {
    return this.toString();
  }
}

export default Model;
